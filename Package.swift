// swift-tools-version:6.2
import PackageDescription

/// Every Swift target is built with the same strictness: an import is internal unless said otherwise, members need
/// their module imported, and a warning is an error. The import direction itself is the list below; the Makefile
/// builds with `--explicit-target-dependency-import-check error` so that a stray import fails.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func part(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A target whose loops the tests wait for: optimised in a debug build too, which takes a third off the whole of CI.
func computing(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies,
    swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))])
}

func tests(_ name: String, _ dependencies: [Target.Dependency], goldens: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: goldens, swiftSettings: strict)
}

let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let bigInt: Target.Dependency = .product(name: "BigInt", package: "BigInt")
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "espalier",
  products: [.executable(name: "espalier", targets: ["espalier"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CImageFiles", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .target(name: "CEngine"),
    .target(name: "CEmbeddedImages", exclude: ["data"]),
    .target(name: "CDeviceScripts", exclude: ["scripts"]),
    part("Diagnostics", []),
    computing("SpaceSyntax", ["CLibYAML", "Diagnostics"]),
    computing("SpaceIR", ["Diagnostics"]),
    computing("SpaceChecker", ["SpaceSyntax", "SpaceIR", "Diagnostics"]),
    computing("SpaceAnalysis", ["SpaceIR", bigInt]),
    computing("Predictors", ["SpaceIR", "SpaceAnalysis"]),
    computing("SpacePlanner", ["SpaceIR", "SpaceAnalysis"]),
    part("SpaceCompiler", ["Diagnostics", "SpaceSyntax", "SpaceIR", "SpaceChecker", "SpaceAnalysis", "SpacePlanner"]),
    computing("Distributions", ["SpaceIR", "SpacePlanner", heap]),
    computing("Datasets", ["CZlib", "CEmbeddedImages", "CImageFiles"]),
    part("Engine", ["CEngine"]),
    part("Supernet", ["CZlib", "SpaceIR", "SpacePlanner", "Engine", "Datasets"]),
    computing(
      "Search",
      [
        "SpaceIR", "SpaceAnalysis", "SpacePlanner", "Distributions", "Supernet", "Engine", "Datasets", "Predictors",
        database,
      ]),
    part(
      "Recipes",
      [
        "Diagnostics", "SpaceSyntax", "SpaceAnalysis", "SpacePlanner", "Distributions", "Datasets", "Supernet",
        "Predictors", "Search",
      ]),
    computing("Exporters", ["SpaceIR", "SpacePlanner", "Distributions"]),
    part("Devices", ["CDeviceScripts", "Diagnostics", "SpaceSyntax", "SpaceIR", "Predictors"]),
    part("Reports", []),
    .executableTarget(
      name: "espalier",
      dependencies: [
        "Diagnostics", "SpaceSyntax", "SpaceIR", "SpaceChecker", "SpaceAnalysis", "SpacePlanner", "SpaceCompiler",
        "Distributions", "Datasets", "Devices", "Engine", "Supernet", "Predictors", "Search", "Recipes", "Exporters",
        "Reports",
        arguments, bigInt,
      ],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Diagnostics", "SpaceIR", "SpaceChecker", "SpaceCompiler"],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("SpaceSyntaxTests", ["SpaceSyntax", "Diagnostics", "TestSupport"], goldens: ["Golden"]),
    tests("SpaceIRTests", ["SpaceIR"]),
    tests(
      "SpaceCheckerTests",
      ["SpaceAnalysis", "SpaceChecker", "SpaceCompiler", "SpaceIR", "Diagnostics", "TestSupport", bigInt],
      goldens: ["Golden", "GoldenIR", "GoldenWarnings"]),
    tests("SpaceAnalysisTests", ["SpaceAnalysis", "SpaceIR", bigInt]),
    tests(
      "SpacePlannerTests",
      ["SpacePlanner", "SpaceAnalysis", "SpaceIR", "SpaceCompiler", "Distributions", "TestSupport"]),
    tests("PredictorsTests", ["Predictors", "Distributions", "SpaceIR", "SpaceCompiler", "TestSupport"]),
    tests("DistributionsTests", ["Distributions", "SpaceIR", "SpacePlanner"]),
    tests(
      "ExportersTests",
      [
        "Exporters", "SpacePlanner", "SpaceChecker", "SpaceCompiler", "SpaceAnalysis", "SpaceIR", "Diagnostics",
        "TestSupport",
      ]),
    tests("DevicesTests", ["Devices", "Diagnostics", "SpaceChecker", "SpaceIR", "TestSupport"]),
    tests("ReportsTests", ["Reports", "TestSupport"]),
    tests("DatasetsTests", ["Datasets", "CImageFiles"]),
    tests("EngineTests", ["Engine"]),
    tests(
      "SupernetTests",
      [
        "Supernet", "Engine", "SpacePlanner", "SpaceAnalysis", "SpaceIR", "SpaceCompiler", "Distributions", "Datasets",
        "TestSupport",
      ]),
    tests(
      "SearchTests",
      [
        "Search", "Supernet", "Engine", "SpacePlanner", "SpaceAnalysis", "SpaceIR", "SpaceChecker", "SpaceCompiler",
        "Distributions", "Datasets", "Predictors", "TestSupport",
      ]),
    tests(
      "RecipesTests",
      [
        "Recipes", "Datasets", "Search", "Supernet", "SpacePlanner", "Distributions", "Diagnostics", "SpaceSyntax",
        "SpaceIR",
        "SpaceCompiler", "TestSupport",
      ]),
    tests(
      "EndToEndTests",
      ["TestSupport", "CImageFiles", "espalier", "Reports", "SpaceAnalysis", "SpaceCompiler", "SpaceIR"],
      goldens: ["Golden"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)

// Fuzzers take the `main` of libFuzzer, so that they are built apart: see Tests/Fuzzing/run.sh.
if Context.environment["ESPALIER_FUZZING"] != nil {
  let fuzzers: [(name: String, dependencies: [Target.Dependency])] = [
    ("FuzzYAML", ["Diagnostics", "SpaceSyntax"]),
    ("FuzzSpace", ["Diagnostics", "SpaceChecker", "SpaceCompiler", "SpaceIR"]),
    ("FuzzIR", ["SpaceIR"]),
  ]
  package.targets.append(
    .target(
      name: "FuzzSupport", dependencies: ["Diagnostics"], path: "Tests/Fuzzing/FuzzSupport", swiftSettings: strict))
  for fuzzer in fuzzers {
    package.targets.append(
      .executableTarget(
        name: fuzzer.name, dependencies: fuzzer.dependencies + ["FuzzSupport"], path: "Tests/Fuzzing/\(fuzzer.name)",
        swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
  }
}
