extension SpaceTemplate {
  static let transformerText = """
    # A space of small vision transformers: width, depth, heads and hidden widths are searched. `espalier count` says how
    # many networks there are.
    espalier: 1
    space: NAME
    # Shapes that one image may have: the first, or that of the images that are trained on.
    input:
      - {channels: 3, height: 32, width: 32} # CIFAR-10
      - {channels: 1, height: 28, width: 28} # Fashion-MNIST
      - {channels: 1, height: 8, width: 8}   # digits
    output: {classes: 10}

    blocks:
      attend:
        doc: Attention over all positions, behind a norm and with a shortcut.
        parameters: {heads: int}
        body:
          - layer_norm
          - {op: attention, heads: heads, width: in.channels}
        shortcut: always

      perceptron:
        doc: Two linear maps at every position, behind a norm and with a shortcut.
        parameters: {ratio: rational}
        body:
          - layer_norm
          - {op: conv, channels: "round_to(in.channels * ratio, 8)", kernel: 1, bias: true}
          - {op: activation, function: gelu}
          - {op: conv, channels: in.channels, kernel: 1, bias: true}
        shortcut: always

      encoder:
        doc: One layer of a transformer.
        parameters: {heads: int, ratio: rational}
        body:
          - {op: attend, heads: heads}
          - {op: perceptron, ratio: ratio}

    # One width for all layers, since shortcuts join them.
    decisions:
      width: {choose: [64, 96, 128]}

    network:
      - {name: patches, op: conv, channels: width, kernel: 5, stride: 4, bias: true}
      - {name: place, op: position_embedding}
      - stage: s1
        layers: {choose: [2, 3, 4]}
        decide: each # every layer chooses for itself
        layer:
          op: encoder
          heads: {choose: [2, 4]} # each divides every width
          ratio: {choose: [2, 3, 4]}
      - {name: norm, op: layer_norm}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}

    hints:
      distribution: factorised
    """
}
