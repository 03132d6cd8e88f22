/// What both ends of a side are padded by, as the engine does it (`window_padding`): half of what an odd kernel spans; an even
/// one has none.
func windowPadding(_ side: Int, dilation: Int = 1) -> Int {
  side.isMultiple(of: 2) ? 0 : dilation * (side / 2)
}
