extension SpaceTemplate {
  static let cellText = """
    # A space of cells, as in NAS-Bench-201: the search decides what every edge inside the cell does, and all uses of the
    # cell share these decisions. `espalier count` says how many networks there are.
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

    cells:
      cell:
        doc: Three nodes; each adds up what comes from the cell's input and from the nodes before it.
        parameters: {channels: int}
        decide: once # one cell for the whole network; each: every use has a cell of its own
        nodes:
          count: 3    # n1, n2, n3
          inputs: all # any: each edge is there or not; {choose: 2}: two of those before
          edge:
            one_of:
              none: [zero]
              skip: [identity]
              conv1: [{op: conv_bn_act, channels: channels, kernel: 1}]
              conv3: [{op: conv_bn_act, channels: channels, kernel: 3}]
              pool: [{op: average_pool, kernel: 3}]
          join: add
        output: {of: last}

    network:
      - {name: stem, op: conv_bn_act, channels: 16, kernel: 3}
      - {stage: s1, layers: 2, layer: {op: cell, channels: 16}}
      - {name: down, op: conv_bn_act, channels: 32, kernel: 3, stride: 2}
      - {stage: s2, layers: 2, layer: {op: cell, channels: 32}}
      - {name: pool, op: global_pool}
      - {name: scores, op: linear, features: output.classes}

    hints:
      distribution: factorised
    """
}
