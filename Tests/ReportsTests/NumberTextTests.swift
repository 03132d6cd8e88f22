import Reports
import Testing

struct NumberTextTests {
  @Test(
    arguments: [
      (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (-0.001, 2, "0.00"), (2.675, 2, "2.68"),
      (1e14, 4, "100000000000000.0000"),
      (9.2e12, 6, "9200000000000.000000"), (-999_999_999_999_999.9, 4, "-999999999999999.8750"),
      (123_456_789.5, 15, "123456789.500000000000000"), (1e15, 4, "1000000000000000.0"), (1e16, 4, "1e+16"),
      (-1e300, 2, "-1e+300"),
      (.infinity, 1, "inf"), (.greatestFiniteMagnitude, 0, "1.7976931348623157e+308"), (0.5, 0, "1"),
    ] as [(Double, Int, String)])
  func `a number has its digits, however large it is`(number: Double, places: Int, text: String) {
    #expect(NumberText.fixed(number, places) == text)
  }

  @Test func `what is no number has no digits`() { #expect(NumberText.fixed(.nan, 2) == "nan") }

  @Test(
    arguments: [
      (44.6, "45 s"), (125, "2 min 05 s"), (12_000, "3 h 20 min"), (.infinity, "inf s"), (1e200, "1e+200 s"),
    ] as [(Double, String)])
  func `a time without an end is none of people`(seconds: Double, text: String) {
    #expect(NumberText.duration(seconds: seconds) == text)
  }
}
