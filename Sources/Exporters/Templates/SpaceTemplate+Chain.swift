extension SpaceTemplate {
  static let chainText = """
    # A space is a network with holes: every `{choose: ...}` is a decision. Here are stages of blocks in a chain; change
    # them to what you want to search. `espalier validate` says what is wrong, `espalier count` how many networks there
    # are, `espalier sample` shows some.
    espalier: 1
    space: NAME
    # Shapes that one image may have: the first, or that of the images that are trained on.
    input:
      - {channels: 3, height: 32, width: 32} # CIFAR-10
      - {channels: 1, height: 28, width: 28} # Fashion-MNIST
      - {channels: 1, height: 8, width: 8}   # digits
    output: {classes: 10}

    # Blocks are written from primitive operations. `in` is the tensor that enters a block.
    blocks:
      conv_bn_act:
        doc: Convolution, batch norm, activation.
        parameters:
          channels: int
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
        body:
          - {op: conv, channels: channels, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}

      inverted_residual:
        doc: Expand, convolve each channel by itself, project; with a shortcut where the shape stays.
        parameters:
          channels: int
          expansion: rational
          kernel: int
          stride: {type: int, default: 1}
          activation: {type: word, default: relu}
        body:
          - {op: conv_bn_act, channels: "round_to(in.channels * expansion, 8)", kernel: 1, activation: activation}
          - {op: depthwise, kernel: kernel, stride: stride}
          - batch_norm
          - {op: activation, function: activation}
          - {op: conv, channels: channels, kernel: 1}
          - batch_norm
        shortcut: {when: stride == 1 and in.channels == channels}

    # Decisions of the whole network: every use of the name has the same option.
    decisions:
      function: {choose: [relu, swish]}

    network:
      - {name: stem, op: conv_bn_act, channels: 16, kernel: 3, activation: function}
      - stage: s1
        layers: 2
        decide: once # both layers choose alike
        layer:
          op: inverted_residual
          channels: {choose: {from: 16, to: 32, step: 8}} # 16, 24, 32
          expansion: {choose: [2, 3, 4]}
          kernel: {choose: [3, 5]}
          activation: function
      - stage: s2
        layers: {choose: [1, 2, 3]} # the depth is searched too
        decide: each                # every layer chooses for itself
        layer:
          op: inverted_residual
          channels: 48
          expansion: {choose: [2, 3, 4]}
          kernel: {choose: [3, 5]}
          stride: {first: 2, rest: 1}
          activation: function
      - {name: last, op: conv_bn_act, channels: 128, kernel: 1, activation: function}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}

    # Advice to the search; it never changes the set of networks.
    hints:
      distribution: factorised # one distribution a decision; joint: one over all decisions of a layer
      share: {channels: slice, expansion: slice, kernel: separate}
    """
}
