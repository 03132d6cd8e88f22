import CImageFiles
import Foundation
import Testing

/// `espalier train`, `evaluate`, and what `resume`, `status` and `report` make of a training.
struct TrainTests {
  /// A network of the digits in a folder, and a training of it that takes a second.
  private func withNetwork(_ body: (_ folder: String, _ network: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let network = "\(folder)/network.yaml"
      let outcome = try Executable.run("unrank", "spaces/digits.yaml", "400000000", "-o", network)
      try #require(outcome.status == 0, "\(outcome.errors)")
      try body(folder, network)
    }
  }

  private func train(_ network: String, _ run: String, _ extra: String...) throws -> Executable.Outcome {
    try Executable.run(
      ["train", network, "--data", "digits", "--limit", "200", "--epochs", "2", "--out", run] + extra)
  }

  @Test func `a training is told, kept, evaluated, and repeated by its recipe`() throws {
    try withNetwork { folder, network in
      let run = "\(folder)/run"
      let outcome = try train(network, run)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.isEmpty)
      #expect(outcome.output.contains("the weights are in \(run)/weights.safetensors"))
      let status = try Executable.run("status", run)
      #expect(status.output.contains("state         finished") && status.output.contains("12 of 12 (100 %)"))
      let report = try Executable.run("report", run)
      #expect(report.status == 0, "\(report.errors)")
      let again = try Executable.run("train", network, "--recipe", "\(run)/recipe.yaml", "--out", "\(folder)/again")
      #expect(again.status == 0, "\(again.errors)")
      try FileManager.default.removeItem(atPath: "\(run)/report.html")
      #expect(try SearchRun.files(of: "\(folder)/again") == SearchRun.files(of: run))
      let result = try object(String(contentsOfFile: "\(run)/result.json", encoding: .utf8))
      let accuracy = try #require((result["test"] as? [String: Any])?["accuracy"] as? Double)
      let evaluation = try object(Executable.run("evaluate", run, "--json").output)
      #expect(evaluation["accuracy"] as? Double == accuracy)
      #expect((evaluation["confusion"] as? [[Int]])?.flatMap(\.self).reduce(0, +) == evaluation["images"] as? Int)
      let named = try Executable.run(
        "evaluate", network, "--weights", "\(run)/weights.safetensors", "--data", "digits", "--limit", "200", "--json")
      #expect(try object(named.output)["accuracy"] as? Double == accuracy)
      let costs = try Executable.run("evaluate", network)
      #expect(costs.status == 0 && costs.output.contains("MACs") && costs.output.contains("latency"))
      // What belongs to searches says so.
      let derived = try Executable.run("derive", run)
      #expect(derived.status == 1)
      #expect(derived.errors.contains("'\(run)' is the training of one network, and this needs a search"))
    }
  }

  @Test func `a training that is killed comes to the same bytes`() throws {
    try withNetwork { folder, network in
      let arguments = [
        "train", network, "--data", "digits", "--epochs", "60", "--checkpoint-steps", "7", "--out",
      ]
      #expect(try Executable.run(arguments + ["\(folder)/whole"]).status == 0)
      let process = Process()
      process.executableURL = URL(filePath: try Executable.path())
      process.arguments = arguments + ["\(folder)/killed"]
      process.currentDirectoryURL = URL(filePath: repositoryRoot)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      // Bounded: a training that writes nothing in a minute has failed.
      for _ in 0..<600 {
        if checkpoint(of: "\(folder)/killed") != nil || !process.isRunning { break }
        Thread.sleep(forTimeInterval: 0.05)
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try #require(process.terminationReason == .uncaughtSignal, "it was done before it was killed")
      let step = try #require(checkpoint(of: "\(folder)/killed"))
      #expect(step % 7 == 0 && step > 0)
      let status = try Executable.run("status", "\(folder)/killed")
      #expect(status.output.contains("stopped while training"), "\(status.output)")
      let from = "after step \(step)"
      #expect(status.output.replacing(",", with: "").contains("\(from) with: espalier resume"), "\(status.output)")
      let resumed = try Executable.run("resume", "\(folder)/killed", "--workers", "1")
      #expect(resumed.status == 0, "\(resumed.errors)")
      // Who trains again from the start comes to the same bytes too.
      #expect(resumed.output.replacing(",", with: "").contains("goes on \(from)\n"), "\(resumed.output)")
      #expect(try SearchRun.files(of: "\(folder)/killed") == SearchRun.files(of: "\(folder)/whole"))
      #expect(try Executable.run("resume", "\(folder)/killed").output.contains("is finished"))
    }
  }

  /// The step of the newest whole checkpoint of a training; nil: there is none.
  private func checkpoint(of run: String) -> Int? {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints")) ?? []
    return files.compactMap { $0.wholeMatch(of: /training-([0-9]+)\.safetensors/).flatMap { Int($0.output.1) } }.max()
  }

  @Test func `a training whose checkpoints are all damaged goes on from the start alone`() throws {
    try withNetwork { folder, network in
      let run = "\(folder)/run"
      #expect(try train(network, run).status == 0)
      let whole = try SearchRun.files(of: run)
      try FileManager.default.removeItem(atPath: "\(run)/result.json")
      let first = try Executable.run("status", run)
      #expect(first.status == 0 && first.output.contains("from the first step, with: espalier resume \(run)\n"))
      try FileManager.default.createDirectory(atPath: "\(run)/checkpoints", withIntermediateDirectories: true)
      _ = try write("no checkpoint", to: "run/checkpoints/training-7.safetensors", in: folder)
      let status = try Executable.run("status", run)
      #expect(status.status == 2, "\(status.output)")
      let words = "not from where it was; trains again with: espalier resume \(run) --from-start"
      #expect(status.output.contains(words), "\(status.output)")
      #expect(status.output.contains("'\(run)/checkpoints/training-7.safetensors' is damaged"), "\(status.output)")
      #expect(try object(Executable.run("status", run, "--json").output)["checkpoint"] is NSNull)
      let refused = try Executable.run("resume", run)
      #expect(refused.status == 2, "\(refused.output)")
      #expect(refused.errors.contains("espalier resume \(run) --from-start"), "\(refused.errors)")
      let resumed = try Executable.run("resume", run, "--from-start")
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try SearchRun.files(of: run) == whole)
    }
  }

  @Test func `a network learns from a trained one, which the run keeps`() throws {
    try withNetwork { folder, network in
      #expect(try train(network, "\(folder)/first").status == 0)
      let taught = try train(network, "\(folder)/second", "--teacher", "\(folder)/first", "--seed", "2")
      #expect(taught.status == 0, "\(taught.errors)")
      #expect(taught.output.contains("teacher   \(folder)/first, share 0.5, temperature 1.0"))
      try FileManager.default.removeItem(atPath: "\(folder)/first")
      try FileManager.default.removeItem(atPath: "\(folder)/second/result.json")
      let again = try Executable.run("resume", "\(folder)/second")
      #expect(again.status == 0, "\(again.errors)")
      let repeated = try Executable.run(
        "train", network, "--recipe", "\(folder)/second/recipe.yaml", "--out", "\(folder)/third")
      #expect(repeated.status == 0, "\(repeated.errors)")
      #expect(
        try SearchRun.files(of: "\(folder)/third")["weights.safetensors"]
          == SearchRun.files(of: "\(folder)/second")["weights.safetensors"])
    }
  }

  @Test func `the weights of a search have the format of a training's, and know their classes`() throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      #expect(try SearchRun.start(in: folder).status == 0)
      let weights = try Data(contentsOf: URL(filePath: "\(run)/weights.safetensors"))
      let texts = try #require(try header(weights)["__metadata__"] as? [String: String])
      #expect(texts["format"] == "espalier weights 1" && texts["space"] == "digits" && texts["input"] == "1x8x8")
      let definition = try object(String(contentsOfFile: "\(run)/run.json", encoding: .utf8))
      #expect(texts["space_hash"] == definition["spaceHash"] as? String)
      #expect(try Executable.run("evaluate", run).status == 0)
      let strange = try Executable.run("evaluate", run, "--data", "fashion-mini")
      #expect(strange.status == 1)
      #expect(strange.errors.contains("the network knows 10 classes (0, 1, 2, ...)"), "\(strange.errors)")
    }
  }

  /// The JSON object that a file of weights begins with, after its length in eight bytes.
  private func header(_ file: Data) throws -> [String: Any] {
    let bytes = [UInt8](file)
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    return try object(String(decoding: bytes[8..<8 + length], as: UTF8.self))
  }

  @Test func `a device that does not answer is told before there is a run`() throws {
    try withNetwork { folder, network in
      let outcome = try Executable.run(
        "train", network, "--data", "digits", "--epochs", "1", "--device", "cuda:999", "--out", "\(folder)/none")
      #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errors.contains("CUDA"), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
    }
  }

  @Test func `what is wrong is named, with what to do`() throws {
    try withNetwork { folder, network in
      func expect(_ arguments: [String], _ status: Int32, _ words: String..., line: Int = #line) throws {
        let outcome = try Executable.run(arguments)
        #expect(outcome.status == status, "line \(line): \(outcome.errors)")
        for text in words { #expect(outcome.errors.contains(text), "line \(line): \(outcome.errors)") }
      }
      let out = ["--out", "\(folder)/none"]
      try expect(["train", "spaces/digits.yaml"] + out, 1, "is a space with 20 decisions", "espalier derive RUN")
      try expect(["train", "\(folder)/missing.yaml"] + out, 2, "missing.yaml")
      try expect(["train", network, "--data", "fashion-mini"] + out, 1, "the space takes images of 1 x 8 x 8")
      try expect(["train", network, "--data", "folder:\(folder)/none"] + out, 2, "there is no folder")
      try expect(["train", network, "--data", "folder"] + out, 2, "write 'folder:FOLDER'")
      try expect(["train", network, "--data", "digits", "--limit", "20"] + out, 1, "fewer than a batch of 64")
      try expect(["train", network, "--data", "digits", "--teacher", network] + out, 1, "its weights must be named")
      try expect(["train", network, "--data", "digits", "--teacher", "\(folder)/nobody"] + out, 1, "must be named")
      let noTeacher = "'--teacher-weights' are those of a teacher, and there is none"
      try expect(["train", network, "--data", "digits", "--teacher-weights", network] + out, 2, noTeacher)
      let plain = try write("recipe: 1\ntraining: {epochs: 1}\n", to: "plain.yaml", in: folder)
      try expect(
        ["train", network, "--data", "digits", "--recipe", plain, "--teacher-weights", network] + out, 2, noTeacher)
      try expect(
        ["train", network, "--data", "digits", "--broken", "skip"] + out, 2,
        "'--broken' is about image folders, and 'digits' is none")
      try expect(["evaluate", network, "--data", "digits"], 2, "accuracy needs weights")
      try expect(["evaluate", network, "--device", "abacus"], 2, "no device is named 'abacus'")
      try expect(["evaluate", "\(folder)/nothing"], 2, "nothing")
      let recipe = try write("recipe: 1\ntraining: {mixup: 1.5}\n", to: "recipe.yaml", in: folder)
      try expect(["train", network, "--recipe", recipe] + out, 1, "error[ES5003]: 'training.mixup' is from 0 to 1")
      _ = try write("recipe: 1\nseeds: 1..2\n", to: "recipe.yaml", in: folder)
      try expect(["train", network, "--recipe", recipe] + out, 1, "the recipe has 2 seeds, and a training has one")
      _ = try write("recipe: 1\ntraining: {teacher: run}\n", to: "recipe.yaml", in: folder)
      try expect(
        ["search", "spaces/digits.yaml", "--recipe", recipe] + out, 1, "'training.teacher' is for 'espalier train'")
      try expect(
        ["search", "spaces/digits.yaml", "--data", "folder:\(folder)"] + out, 2, "a search keeps its images in memory")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/none"))
      #expect(try train(network, "\(folder)/run").status == 0)
      let other = "\(folder)/other.yaml"
      #expect(try Executable.run("unrank", "spaces/digits.yaml", "1", "-o", other).status == 0)
      let weights = "\(folder)/run/weights.safetensors"
      try expect(
        ["evaluate", "\(folder)/run", "--broken", "refuse"], 2,
        "'--broken' is about image folders, and 'digits' is none")
      try expect(
        ["evaluate", other, "--weights", weights, "--data", "digits"], 2, "are of another network",
        "take the weights that were written beside this architecture")
      _ = try write("no weights", to: "bad.safetensors", in: folder)
      try expect(
        ["evaluate", network, "--weights", "\(folder)/bad.safetensors", "--data", "digits"], 2,
        "it is no file of weights")
      try expect(["train", network, "--data", "digits", "--out", "\(folder)/run"], 2, "a run is never overwritten")
    }
  }

  // MARK: Image folders

  /// Ten classes of grey pictures, with 6 images to train and 2 to test in each.
  private func makeImages(in folder: String) throws {
    for (part, count) in [("train", 6), ("val", 2)] {
      for label in 0..<10 {
        let place = "\(folder)/\(part)/class-\(label)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for number in 0..<count {
          let side = 10 + 3 * number
          let pixels = (0..<side * side).map { UInt8(($0 * (label + 1) + number * 9) % 250) }
          var length = 0
          let bytes = try #require(image_jpeg_encode(pixels, Int32(side), Int32(side), 1, 90, &length))
          defer { free(bytes) }
          try Data(bytes: bytes, count: length).write(to: URL(filePath: "\(place)/\(number).jpg"))
        }
      }
    }
  }

  @Test func `an image folder is trained on, whatever the number of workers`() throws {
    try withNetwork { folder, network in
      try makeImages(in: "\(folder)/images")
      let arguments = ["train", network, "--data", "folder:\(folder)/images", "--epochs", "3", "--recipe"]
      let recipe = try write("recipe: 1\ntraining: {batch: 16, lanes: 2}\n", to: "recipe.yaml", in: folder)
      for (name, workers) in [("one", "1"), ("four", "4")] {
        let outcome = try Executable.run(
          arguments + [recipe, "--workers", workers, "--out", "\(folder)/\(name)"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("images: 60 images to train, 20 to test"))
        #expect(outcome.output.contains("images    flips, crops of 0.08 to 1.0"))
        #expect(outcome.output.contains("% of the steps' time waiting for images"))
      }
      #expect(try SearchRun.files(of: "\(folder)/one") == SearchRun.files(of: "\(folder)/four"))
      let evaluation = try object(Executable.run("evaluate", "\(folder)/one", "--json").output)
      #expect(evaluation["images"] as? Int == 20)
      // Weights that know other classes.
      let digits = try Executable.run(
        "evaluate", network, "--weights", "\(folder)/one/weights.safetensors", "--data", "digits")
      #expect(
        digits.status == 1 && digits.errors.contains("the network knows 10 classes (class-0, "), "\(digits.errors)")
      let taught = try train(network, "\(folder)/taught", "--teacher", "\(folder)/one")
      #expect(taught.status == 1)
      #expect(taught.errors.contains("knows other classes: class 0 is 'class-0' and not '0'"), "\(taught.errors)")
    }
  }

  @Test func `a broken image stops a training, or is named and skipped`() throws {
    try withNetwork { folder, network in
      let images = "\(folder)/images"
      try makeImages(in: images)
      _ = try write("not a picture", to: "images/train/class-3/2.jpg", in: folder)
      let recipe = try write("recipe: 1\ntraining: {batch: 16}\n", to: "recipe.yaml", in: folder)
      let arguments = ["train", network, "--data", "folder:\(images)", "--epochs", "2", "--recipe", recipe, "--out"]
      let refused = try Executable.run(arguments + ["\(folder)/refused"])
      #expect(refused.status == 2)
      #expect(
        refused.errors.contains(
          "error: the image '\(images)/train/class-3/2.jpg' cannot be read: it is neither a JPEG nor a PNG"),
        "\(refused.errors)")
      #expect(refused.errors.contains("--broken skip"))
      _ = try write("", to: "images/val/class-4/1.jpg", in: folder)
      let skipped = try Executable.run(arguments + ["\(folder)/skipped", "--broken", "skip"])
      #expect(skipped.status == 0, "\(skipped.errors)")
      #expect(skipped.errors.split(separator: "\n").filter { $0.contains("class-3/2.jpg") }.count == 1)
      #expect(skipped.output.contains("2 broken images skipped"))
      let status = try Executable.run("status", "\(folder)/skipped")
      #expect(status.output.contains("skipped       \(images)/val/class-4/1.jpg"), "\(status.output)")
      #expect(try Executable.run("report", "\(folder)/skipped").status == 0)
      let page = try String(contentsOfFile: "\(folder)/skipped/report.html", encoding: .utf8)
      #expect(page.contains("2 images could not be read") && page.contains("\(images)/train/class-3/2.jpg\n"))
      let evaluation = try Executable.run("evaluate", "\(folder)/skipped")
      #expect(evaluation.output.contains("19 test images, 1 left out that cannot be read"), "\(evaluation.output)")
      try FileManager.default.createDirectory(
        atPath: "\(images)/val/stranger", withIntermediateDirectories: true)
      let stranger = try Executable.run(arguments + ["\(folder)/stranger"])
      #expect(stranger.status == 2)
      #expect(stranger.errors.contains("the class of '\(images)/val/stranger' is not among those of 'train'"))
    }
  }

  @Test func `a folder in which every image is broken is an error, also where broken ones are skipped`() throws {
    try withNetwork { folder, network in
      let images = "\(folder)/images"
      try makeImages(in: images)
      let recipe = try write("recipe: 1\ntraining: {batch: 16, epochs: 1}\n", to: "recipe.yaml", in: folder)
      let arguments = ["train", network, "--data", "folder:\(images)", "--recipe", recipe, "--broken", "skip", "--out"]
      for (part, count) in [("val", 20), ("train", 60)] {
        for case let file as String in FileManager.default.enumerator(atPath: "\(images)/\(part)") ?? .init()
        where file.hasSuffix(".jpg") { _ = try write("no picture", to: "images/\(part)/\(file)", in: folder) }
        let outcome = try Executable.run(arguments + ["\(folder)/without-\(part)"])
        #expect(outcome.status == 2)
        let words = "error: none of the \(count) images of image folder '\(images)', part '\(part)' can be read\n"
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
    }
  }
}
