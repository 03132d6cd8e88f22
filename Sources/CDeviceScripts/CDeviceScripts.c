#include "CDeviceScripts.h"

static const unsigned char espalier_device[] = {
#embed "scripts/espalier_device.py"
};

static const unsigned char onnx_models[] = {
#embed "scripts/onnx_models.py"
};

static const unsigned char onnxruntime_device[] = {
#embed "scripts/onnxruntime_device.py"
};

static const unsigned char openvino_device[] = {
#embed "scripts/openvino_device.py"
};

static const unsigned char ncnn_device[] = {
#embed "scripts/ncnn_device.py"
};

static const unsigned char litert_device[] = {
#embed "scripts/litert_device.py"
};

static const unsigned char tflite_models[] = {
#embed "scripts/tflite_models.py"
};

static const DeviceScript scripts[] = {
    {"espalier_device.py", espalier_device, sizeof espalier_device},
    {"onnx_models.py", onnx_models, sizeof onnx_models},
    {"onnxruntime_device.py", onnxruntime_device, sizeof onnxruntime_device},
    {"openvino_device.py", openvino_device, sizeof openvino_device},
    {"ncnn_device.py", ncnn_device, sizeof ncnn_device},
    {"litert_device.py", litert_device, sizeof litert_device},
    {"tflite_models.py", tflite_models, sizeof tflite_models},
};

size_t device_script_count(void) { return sizeof scripts / sizeof *scripts; }

DeviceScript device_script(size_t index) { return scripts[index]; }
