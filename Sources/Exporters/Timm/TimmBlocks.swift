/// timm's blocks in the space language (huggingface/pytorch-image-models at 01419346,
/// `timm/models/_efficientnet_blocks.py`): `ConvBnAct`, `DepthwiseSeparableConv`, `EdgeResidual`, `InvertedResidual`,
/// with hidden widths by its `make_divisible`. Deviation: a width of squeeze and excitation that ends in one half is
/// rounded up, in Python to the even neighbour.
enum TimmBlocks {
  static let convolution = """
      # A convolution with batch norm and activation.
      conv_bn_act:
        parameters:
          channels: int
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
          shortcut: {type: bool, default: false}
        body:
          - {op: conv, channels: channels, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}
        shortcut: {when: shortcut and stride == 1 and in.channels == channels}
    """

  static let projection = """
      # A convolution with batch norm, without activation.
      conv_bn:
        parameters:
          channels: int
          kernel: {type: int, default: 1}
        body:
          - {op: conv, channels: channels, kernel: kernel}
          - batch_norm
    """

  static let depthwise = """
      # A depthwise convolution with batch norm and activation.
      depthwise_bn_act:
        parameters:
          kernel: int
          stride: int
          activation: word
        body:
          - {op: depthwise, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}
    """

  static let squeeze = """
      # Squeeze and excitation with an inner width of `inner`, left out where that is 0.
      squeeze:
        parameters:
          inner: int
          activation: word
        body:
          - when: inner > 0
            then:
              - {op: squeeze_excite, inner: "max(inner, 1)", function: activation, gate: sigmoid}
    """

  static let separable = """
      # A depthwise convolution and a projection.
      depthwise_separable:
        parameters:
          channels: int
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
          squeeze: {type: rational, default: 0}
          last_kernel: {type: int, default: 1}
          active: {type: bool, default: false} # an activation at the end, and no shortcut
          shortcut: {type: bool, default: true}
        body:
          - {op: depthwise_bn_act, kernel: kernel, stride: stride, activation: activation}
          - {op: squeeze, inner: floor(in.channels * squeeze + 0.5), activation: activation}
          - {op: conv_bn, channels: channels, kernel: last_kernel}
          - when: active
            then:
              - {op: activation, function: activation}
        shortcut: {when: shortcut and not active and stride == 1 and in.channels == channels}
    """

  static let edgeResidual = """
      # Expansion by a full convolution, and a projection.
      edge_residual:
        parameters:
          channels: int
          expansion: rational
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
          squeeze: {type: rational, default: 0}
          last_kernel: {type: int, default: 1}
          shortcut: {type: bool, default: true}
        body:
          - op: conv_bn_act
            channels: make_divisible(in.channels * expansion, 8)
            kernel: kernel
            stride: stride
            activation: activation
          - {op: squeeze, inner: floor(here.channels * squeeze / expansion + 0.5), activation: activation}
          - {op: conv_bn, channels: channels, kernel: last_kernel}
        shortcut: {when: shortcut and stride == 1 and in.channels == channels}
    """

  static let invertedResidual = """
      # Expansion, a depthwise convolution, and a projection.
      inverted_residual:
        parameters:
          channels: int
          expansion: rational
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
          squeeze: {type: rational, default: 0}
          first_kernel: {type: int, default: 1}
          last_kernel: {type: int, default: 1}
          shortcut: {type: bool, default: true}
        body:
          - op: conv_bn_act
            channels: make_divisible(in.channels * expansion, 8)
            kernel: first_kernel
            activation: activation
          - {op: depthwise_bn_act, kernel: kernel, stride: stride, activation: activation}
          - {op: squeeze, inner: floor(here.channels * squeeze / expansion + 0.5), activation: activation}
          - {op: conv_bn, channels: channels, kernel: last_kernel}
        shortcut: {when: shortcut and stride == 1 and in.channels == channels}
    """

  static let classifier = """
      # A last convolution, the mean over all positions, and a number for each class.
      classifier:
        parameters:
          width: int
          activation: word
        body:
          - {op: conv_bn_act, channels: width, kernel: 1, activation: activation}
          - global_pool
          - {op: linear, features: output.classes}
    """
}
