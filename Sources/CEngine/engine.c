/* CEngine is a header; this file gives SwiftPM something to compile. */
#include "CEngine.h"
