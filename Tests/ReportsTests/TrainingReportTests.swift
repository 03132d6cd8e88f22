import TestSupport
import Testing

@testable import Reports

struct TrainingReportTests {
  private static func story(epochs: Int, average: Bool = true) -> TrainingStory {
    var story = TrainingStory(space: "a < b", data: "d & e", seed: 3, state: "training")
    story.totalEpochs = 30
    story.cost = 1_234_567
    story.epochs = (0..<epochs).map { number in
      let accuracy = 0.5 + 0.01 * Double(number)
      let test = TrainingStory.Test(accuracy: accuracy, accuracyInFive: 0.9, loss: 2 - accuracy, images: 100)
      return TrainingStory.Epoch(
        number: number + 1, rate: 0.1 / Double(number + 1), loss: number == 2 ? .nan : 2 - 0.05 * Double(number),
        accuracy: accuracy, test: number % 3 == 2 ? test : nil, average: average && number % 3 == 2 ? test : nil)
    }
    story.broken = ["x"]
    story.files = [RunStory.Attachment(name: "recipe.yaml", text: "recipe: 1\n")]
    return story
  }

  @Test(arguments: [0, 1, 2, 3, 30])
  func `a page is well formed, needs nothing else, and is the same every time`(epochs: Int) throws {
    for average in [false, true] {
      let story = Self.story(epochs: epochs, average: average)
      let html = TrainingReport(of: story).html
      #expect(html == TrainingReport(of: story).html)
      let page = try MarkupDocument(html)
      #expect(page.complaints.isEmpty, "\(page.complaints)")
      #expect(page.all("h1").map(\.text) == ["a < b"])
      #expect(!html.contains("http://") || html.contains("www.w3.org"))
    }
  }

  @Test func `broken images that were skipped are counted and named, up to a hundred`() throws {
    var story = Self.story(epochs: 3)
    func section() throws -> [String] {
      let page = try MarkupDocument(TrainingReport(of: story).html)
      #expect(page.complaints.isEmpty, "\(page.complaints)")
      return page.all("section").filter { $0.attributes["id"] == "broken" }.map(\.text)
    }
    story.broken = []
    #expect(try section().isEmpty)
    story.broken = ["images/train/a < b/1.jpg"]
    let one = try section()
    #expect(one.count == 1 && one[0].contains("1 image could not be read."), "\(one)")
    #expect(one[0].contains("images/train/a < b/1.jpg") && !one[0].contains("more"))
    story.broken = (0..<150).map { "\(1000 + $0).jpg" }
    let many = try section()[0]
    #expect(many.contains("150 images could not be read.") && many.contains("1099.jpg"), "\(many)")
    #expect(!many.contains("1100.jpg") && many.contains("and 50 more"), "\(many)")
  }

  @Test func `the answer is that of the last tested epoch`() throws {
    let html = TrainingReport(of: Self.story(epochs: 11)).html
    // Epochs 3, 6 and 9 were tested.
    #expect(html.contains("After epoch 9 the network was right about 58.00 % of 100 test images"))
    #expect(html.contains("the averaged weights 58.00 %"))
    #expect(TrainingReport(of: Self.story(epochs: 2)).html.contains("No epoch was tested yet."))
  }
}
