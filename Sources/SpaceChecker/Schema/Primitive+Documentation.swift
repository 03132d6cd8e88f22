extension Primitive {
  /// What it does, in a sentence.
  var meaning: String {
    switch self {
    case .convolution: "Convolution; 'groups' divides the channels that enter and leave."
    case .depthwise: "Convolution of each channel by itself, as many times as there are copies."
    case .batchNorm: "Normalises each channel and copy over the batch, with scale and shift."
    case .layerNorm: "Normalises over the channels of each position, with scale and shift."
    case .activation: "A function, element by element."
    case .squeezeExcite: "Global average, linear to 'inner', function, linear back, gate, multiply."
    case .splitAttention: "Joins the copies by attention over them; copies become 1."
    case .attention: "Multi-head attention over positions. With from: [a, b], a looks at b."
    case .positionEmbedding: "Adds a trained number for each channel and position."
    case .maxPool: "Greatest value of a window."
    case .averagePool: "Mean of a window."
    case .globalPool: "Mean over height and width: [channels, 1, 1]."
    case .linear: "A linear map, on [channels, 1, 1] only."
    case .slice: "A range of channels."
    case .shuffle: "Transposes the channels in groups."
    case .softmax:
      "Softmax over so many parts of the channels; channels [groups, parts, rest] become [parts, groups, rest]."
    case .resize: "To another height and width."
    case .quantize: "Rounds to so many bits."
    case .add: "The sum of the tensors of 'from'."
    case .multiply: "The product of the tensors of 'from'."
    case .concat: "The channels of the tensors of 'from', one after another."
    case .zero: "Zeros."
    case .identity: "Nothing: its input passes through."
    }
  }

  /// What a parameter is, in a sentence.
  ///
  /// - Precondition: it is one of the signature's.
  func meaning(of parameter: String) -> String {
    switch (self, parameter) {
    case (.zero, "channels"): "Channels that leave; those that enter unless given."
    case (.attention, "width"): "Channels of queries, keys and values over all heads; 'heads' divides it."
    case (.softmax, "groups"): "Groups of channels, each with all of the parts."
    case (.convolution, "groups"): "Divides the channels that enter and those that leave."
    case (.squeezeExcite, "function"): "The function between the two linear maps."
    case (.splitAttention, "function"): "The function between the two linear maps."
    case (_, "channels"): "Channels that leave."
    case (_, "kernel"): "Side of the window, odd."
    case (_, "kernel_width"): "Columns of the window, odd; as many as rows unless given."
    case (_, "stride"): "Step of the window: a side of h becomes ceil(h / stride)."
    case (_, "dilation"): "Distance between the elements of the window."
    case (_, "groups"): "Groups of channels."
    case (_, "bias"): "Whether each channel has a shift; true or false, never a choice."
    case (_, "copies"): "Convolutions for each channel; split_attention joins them."
    case (_, "function"): "Which function."
    case (_, "gate"): "The function whose result multiplies the channels."
    case (_, "inner"): "Channels in the middle."
    case (_, "heads"): "Number of heads."
    case (_, "features"): "Numbers that leave."
    case (_, "first"): "Index of the first channel, from 0."
    case (_, "height"): "Rows that leave."
    case (_, "width"): "Columns that leave."
    case (_, "method"): "How values between the old ones are found."
    case (_, "parts"): "Parts of the channels that sum to 1 at each position."
    case (_, "bits"): "Number of bits."
    case (_, "mode"): "How the range of values is laid on the integers."
    default: preconditionFailure("a parameter of \(rawValue) needs a sentence: \(parameter)")
    }
  }
}
