#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The C library's cosine; x in radians.
func cosine(_ x: Double) -> Double { cos(x) }
