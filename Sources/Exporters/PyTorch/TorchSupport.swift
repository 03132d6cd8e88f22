/// Classes that a file has of its own, of those that its network needs.
enum TorchSupport: String, CaseIterable, Hashable, Sendable {
  case squeezeExcite
  case splitAttention
  case attention
  case layerNorm
  case positionEmbedding
  case slice
  case shuffle
  case softmax
  case resize
  case rounding
  case zeros

  var className: String {
    switch self {
    case .squeezeExcite: "SqueezeExcite"
    case .splitAttention: "SplitAttention"
    case .attention: "Attention"
    case .layerNorm: "ChannelNorm"
    case .positionEmbedding: "PositionEmbedding"
    case .slice: "ChannelSlice"
    case .shuffle: "ChannelShuffle"
    case .softmax: "ChannelSoftmax"
    case .resize: "Resize"
    case .rounding: "Rounding"
    case .zeros: "Zeros"
    }
  }

  /// Python.
  var source: String {
    switch self {
    case .squeezeExcite:
      """
      class SqueezeExcite(nn.Module):
          \"\"\"Channels weighted by what all positions say together (arXiv 1709.01507).\"\"\"

          def __init__(self, channels, inner, activation, gate):
              super().__init__()
              self.reduce = nn.Conv2d(channels, inner, 1)
              self.widen = nn.Conv2d(inner, channels, 1)
              self.activation = activation
              self.gate = gate

          def forward(self, x):
              weights = x.mean((2, 3), keepdim=True)
              return x * self.gate(self.widen(self.activation(self.reduce(weights))))
      """
    case .splitAttention:
      """
      class SplitAttention(nn.Module):
          \"\"\"Copies of channels, which lie beside each other, joined by attention (arXiv 2004.08955).\"\"\"

          def __init__(self, channels, inner, copies, activation):
              super().__init__()
              self.reduce = nn.Conv2d(channels, inner, 1)
              self.widen = nn.Conv2d(inner, channels * copies, 1)
              self.copies = copies
              self.activation = activation

          def forward(self, x):
              maps = x.unflatten(1, (-1, self.copies))
              pooled = maps.sum(2).mean((2, 3), keepdim=True)
              scores = self.widen(self.activation(self.reduce(pooled)))
              weights = scores.unflatten(1, (-1, self.copies)).softmax(2)
              return (maps * weights).sum(2)
      """
    case .attention:
      """
      class Attention(nn.Module):
          \"\"\"Every position of x attends to the positions of memory (arXiv 1706.03762).\"\"\"

          def __init__(self, channels, memory_channels, width, heads):
              super().__init__()
              self.queries = nn.Conv2d(channels, width, 1)
              self.keys = nn.Conv2d(memory_channels, width, 1)
              self.values = nn.Conv2d(memory_channels, width, 1)
              self.output = nn.Conv2d(width, channels, 1)
              self.heads = heads

          def apart(self, x):
              return x.flatten(2).unflatten(1, (self.heads, -1)).transpose(2, 3)

          def forward(self, x, memory):
              q, k, v = self.apart(self.queries(x)), self.apart(self.keys(memory)), self.apart(self.values(memory))
              y = F.scaled_dot_product_attention(q, k, v).transpose(2, 3).flatten(1, 2)
              return self.output(y.unflatten(2, x.shape[2:]))
      """
    case .layerNorm:
      """
      class ChannelNorm(nn.LayerNorm):
          \"\"\"Layer norm over the channels of each position.\"\"\"

          def forward(self, x):
              return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
      """
    case .positionEmbedding:
      """
      class PositionEmbedding(nn.Module):
          \"\"\"A number for each channel and position, added.\"\"\"

          def __init__(self, channels, height, width):
              super().__init__()
              self.embedding = nn.Parameter(torch.zeros(1, channels, height, width))

          def forward(self, x):
              return x + self.embedding
      """
    case .slice:
      """
      class ChannelSlice(nn.Module):
          \"\"\"So many channels from the first one on, counted from 0.\"\"\"

          def __init__(self, first, count):
              super().__init__()
              self.first = first
              self.count = count

          def forward(self, x):
              return x[:, self.first : self.first + self.count]
      """
    case .shuffle:
      """
      class ChannelShuffle(nn.Module):
          \"\"\"Channels transposed in groups (arXiv 1707.01083).\"\"\"

          def __init__(self, groups):
              super().__init__()
              self.groups = groups

          def forward(self, x):
              return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)
      """
    case .softmax:
      """
      class ChannelSoftmax(nn.Module):
          \"\"\"Softmax over parts of the channels: [groups, parts, rest] becomes [parts, groups, rest].\"\"\"

          def __init__(self, parts, groups):
              super().__init__()
              self.parts = parts
              self.groups = groups

          def forward(self, x):
              shares = x.unflatten(1, (self.groups, self.parts, -1)).softmax(2)
              return shares.transpose(1, 2).flatten(1, 3)
      """
    case .resize:
      """
      class Resize(nn.Module):
          \"\"\"Height and width brought to others.\"\"\"

          def __init__(self, height, width, method):
              super().__init__()
              self.size = (height, width)
              self.method = method

          def forward(self, x):
              if self.method == "nearest":
                  return F.interpolate(x, size=self.size, mode="nearest")
              return F.interpolate(x, size=self.size, mode="bilinear", align_corners=False)
      """
    case .rounding:
      """
      class Rounding(nn.Module):
          \"\"\"Rounds to 2 ** bits levels over the range of the whole batch; gradients pass as if it did not.\"\"\"

          def __init__(self, bits, mode):
              super().__init__()
              self.bits = bits
              self.mode = mode

          def forward(self, x):
              return x + (self.rounded(x.detach()) - x).detach()

          def rounded(self, x):
              if self.mode == "asymmetric":
                  highest = 2**self.bits - 1
                  low, high = x.amin().clamp(max=0), x.amax().clamp(min=0)
                  step = ((high - low) / highest).clamp(min=1e-30)
                  zero = (low / step).round()
                  return ((x / step).round() - zero).clamp(0, highest).add(zero) * step
              highest = 2 ** (self.bits - 1) - 1
              largest = x.abs().amax((0, 2, 3), keepdim=True) if self.mode == "per_channel" else x.abs().amax()
              step = (largest / highest).clamp(min=1e-30)
              return (x / step).round().clamp(-highest, highest) * step
      """
    case .zeros:
      """
      class Zeros(nn.Module):
          \"\"\"As many zero maps as the batch has images.\"\"\"

          def __init__(self, channels, height, width):
              super().__init__()
              self.shape = (channels, height, width)

          def forward(self, x):
              return x.new_zeros(x.shape[0], *self.shape)
      """
    }
  }
}
