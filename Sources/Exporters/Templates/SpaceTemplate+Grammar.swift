extension SpaceTemplate {
  static let grammarText = """
    # A space that is a grammar: a part of the network is a chain of two parts, two parts side by side, or an operation.
    # Which one is a decision at every place. `espalier count` says how many networks there are.
    espalier: 1
    space: NAME
    # Shapes that one image may have: the first, or that of the images that are trained on.
    input:
      - {channels: 3, height: 32, width: 32} # CIFAR-10
      - {channels: 1, height: 28, width: 28} # Fashion-MNIST
      - {channels: 1, height: 8, width: 8}   # digits
    output: {classes: 10}

    blocks:
      conv_bn_act:
        doc: Convolution, batch norm, activation.
        parameters:
          channels: int
          kernel: int
          stride: {type: int, default: 1}
        body:
          - {op: conv, channels: channels, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: relu}

    rules:
      part:
        doc: A part of the network that keeps the shape.
        parameters: {channels: int}
        decide: each # every use decides for itself; once: all decide alike
        max_depth: 3 # so many parts inside one another; at the bound only operations are left
        one_of:
          chain:
            - {op: part, channels: channels}
            - {op: part, channels: channels}
          beside:
            - parallel:
                left: [{op: part, channels: channels}]
                right: [{op: part, channels: channels}]
              join: add
          conv3: [{op: conv_bn_act, channels: channels, kernel: 3}]
          conv5: [{op: conv_bn_act, channels: channels, kernel: 5}]
          pass: [identity]

    network:
      - {name: stem, op: conv_bn_act, channels: 16, kernel: 3, stride: 2}
      - {name: body, op: part, channels: 16}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}

    hints:
      distribution: factorised
    """
}
