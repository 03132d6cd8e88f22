import Diagnostics
import SpaceIR
import SpaceSyntax

/// Everything the checker can report. Wording lives here and nowhere else; `docs/diagnostics` has a page for each code.
enum CheckDiagnostic: DiagnosticKind {
  // ES10: the shape of the file.
  case unknownKey(String, in: String)
  case missingKey(String, in: String)
  case wrongShape(expected: String, found: String, what: String)
  case unsupportedVersion(String)
  case unreadableFile(String, reason: String)
  case escapingPath(String)
  case absolutePath(String)
  case wrongFile(String, found: FileKind, expected: FileKind)
  case includeCycle(String)
  case oneDiscriminator(String, keys: [String])
  case architectureOfArchitecture(String)
  case blocksTooDeep(limit: Int)
  case tooManyOperations(limit: Int)
  case largeExpression(limit: Int)
  // ES11: names.
  case unknownOperation(String)
  case unknownArgument(String, of: String)
  case missingArguments([String], of: String)
  case unknownName(String)
  case unknownWord(String, allowed: [String], what: String)
  case duplicateName(String, what: String)
  case recursiveBlock(String)
  case badName(String)
  case unknownHint(String)
  case unknownGroupMember(String)
  case groupedTwice(String)
  case dividedGroup(decision: String, parent: String, options: [String])
  case unknownFunction(String)
  case reservedName(String)
  case unknownDecision(String, space: String)
  case missingDecisions([String])
  case unknownTensor(String)
  case unboundedRule(String)
  case endlessRule(String)
  case recursiveOnce(String)
  // ES20: types and values.
  case wrongType(expected: String, found: String, what: String)
  case operandType(String, found: String)
  case argumentCount(function: String, expected: String, found: Int)
  case notPositive(what: String, value: String, member: String)
  case evenKernel(value: String, member: String)
  case noValue(reason: String, member: String)
  case quantityOutsideBudget(String, dimension: String)
  case costOutsideBudget(String)
  case latencyWithoutDevice(String)
  case budgetsJoinedByOr
  case wrongDimension(cost: String, expected: String, found: String)
  case starOutsideList(String, layers: Int)
  case listTooLong(Int, most: Int)
  case starsOfStages(String, String)
  case existenceOfNoName
  case unknownDevice(String)
  case budgetNotConstant(String)
  // ES21: choices and scope.
  case emptyRange(from: String, to: String)
  case offGrid(end: String, step: String, nearest: String)
  case badStep(String)
  case duplicateOption(String)
  case mixedOptions
  case missingScope(stage: String, layers: Int)
  case choiceNotHere(where: String)
  case badLayerCount(String)
  case tooManyOptions(Int)
  case missingCase(String)
  case firstRestOutsideStage
  case unknownOption(String, of: String, options: String)
  case absentDecision(String, parent: String, option: String)
  case tangledExistence(String)
  case sharedDecisionAbsent(String)
  // ES22: shapes.
  case residualMismatch(block: String, body: String, shortcut: String, member: String)
  case spatialMismatch(body: String, shortcut: String, member: String)
  case alternativesMismatch(first: String, second: String)
  case needsJoinedCopies(operation: String, copies: String)
  case needsVector(operation: String, shape: String)
  case wrongOutput(found: String, classes: Int)
  case bypassStride(shape: String, result: String)
  case tensorCount(operation: String, expected: String, found: Int)
  case joinMismatch(join: Join, first: String, second: String, member: String)
  case absentResult
  case wrongOutputShape(found: String, expected: String)
  case notDivided(divisor: String, value: String, whole: String, of: String, member: String)
  case sliceOutside(first: String, channels: String, whole: String, member: String)
  // ES23: requirements.
  case layerDecision(String, stage: String)
  case contradiction(String)
  case brokenBlockRequirement(block: String, String)
  case rowLength(names: Int, found: Int)
  case duplicateRow
  case brokenRequirement(String)
  // ES60: devices.
  case badLatency(String)
  case duplicateKernel(String)

  var code: String {
    switch self {
    case .unknownKey: "ES1001"
    case .missingKey: "ES1002"
    case .wrongShape: "ES1003"
    case .unsupportedVersion: "ES1004"
    case .unreadableFile: "ES1005"
    case .escapingPath, .absolutePath: "ES1006"
    case .wrongFile: "ES1010"
    case .includeCycle: "ES1007"
    case .oneDiscriminator: "ES1008"
    case .architectureOfArchitecture: "ES1009"
    case .blocksTooDeep: "ES1018"
    case .tooManyOperations: "ES1019"
    case .largeExpression: "ES2029"
    case .unknownOperation: "ES1101"
    case .unknownArgument: "ES1102"
    case .missingArguments: "ES1103"
    case .unknownName: "ES1104"
    case .unknownWord: "ES1105"
    case .duplicateName: "ES1106"
    case .recursiveBlock: "ES1107"
    case .badName: "ES1108"
    case .unknownHint: "ES1109"
    case .unknownFunction: "ES1110"
    case .reservedName: "ES1111"
    case .unknownDecision: "ES1112"
    case .missingDecisions: "ES1113"
    case .unknownTensor: "ES1114"
    case .unboundedRule: "ES1115"
    case .endlessRule: "ES1116"
    case .recursiveOnce: "ES1117"
    case .unknownGroupMember: "ES1118"
    case .wrongType: "ES2001"
    case .operandType: "ES2002"
    case .argumentCount: "ES2003"
    case .notPositive: "ES2004"
    case .evenKernel: "ES2005"
    case .noValue: "ES2006"
    case .quantityOutsideBudget: "ES2007"
    case .costOutsideBudget, .latencyWithoutDevice, .budgetsJoinedByOr: "ES2008"
    case .wrongDimension: "ES2009"
    case .starOutsideList: "ES2010"
    case .listTooLong: "ES2011"
    case .starsOfStages: "ES2012"
    case .existenceOfNoName: "ES2013"
    case .unknownDevice: "ES2014"
    case .budgetNotConstant: "ES2015"
    case .emptyRange: "ES2101"
    case .offGrid: "ES2102"
    case .badStep: "ES2103"
    case .duplicateOption: "ES2104"
    case .mixedOptions: "ES2105"
    case .missingScope: "ES2106"
    case .choiceNotHere: "ES2107"
    case .badLayerCount: "ES2108"
    case .tooManyOptions: "ES2109"
    case .missingCase: "ES2110"
    case .firstRestOutsideStage: "ES2111"
    case .unknownOption: "ES2112"
    case .absentDecision: "ES2113"
    case .tangledExistence: "ES2114"
    case .sharedDecisionAbsent: "ES2115"
    case .groupedTwice: "ES2116"
    case .dividedGroup: "ES2117"
    case .residualMismatch: "ES2201"
    case .spatialMismatch: "ES2202"
    case .alternativesMismatch: "ES2203"
    case .needsJoinedCopies: "ES2204"
    case .needsVector: "ES2205"
    case .wrongOutput: "ES2206"
    case .bypassStride: "ES2207"
    case .tensorCount: "ES2208"
    case .joinMismatch: "ES2209"
    case .absentResult: "ES2210"
    case .wrongOutputShape: "ES2211"
    case .notDivided: "ES2212"
    case .sliceOutside: "ES2213"
    case .layerDecision: "ES2301"
    case .contradiction: "ES2302"
    case .brokenBlockRequirement: "ES2303"
    case .rowLength: "ES2304"
    case .duplicateRow: "ES2305"
    case .brokenRequirement: "ES2306"
    case .badLatency: "ES6001"
    case .duplicateKernel: "ES6002"
    }
  }

  var message: String {
    switch self {
    case .unknownKey(let key, let place): "\(place) has no key '\(key)'"
    case .missingKey(let key, let place): "\(place) needs the key '\(key)'"
    case .wrongShape(let expected, let found, let what): "\(what) is \(expected), this is \(found)"
    case .unsupportedVersion(let found): "this compiler reads version 1 of the language, the file says '\(found)'"
    case .unreadableFile(let path, let reason): "'\(path)' cannot be read: \(reason)"
    case .escapingPath(let path): "'\(path)' leads out of the folder of the space; a used file lies in it or below it"
    case .absolutePath(let path):
      "'\(path)' is an absolute path; a used file is named relative to the file that uses it"
    case .wrongFile(let path, let found, let expected):
      "'\(path)' is \(found.phrase), and \(expected.phrase) is wanted here"
    case .includeCycle(let path): "'\(path)' is being read already: files cannot use each other in a circle"
    case .oneDiscriminator(let what, let keys):
      "\(what) has exactly one of the keys \(keys.map { "'\($0)'" }.joined(separator: ", "))"
    case .blocksTooDeep(let limit): "blocks stand at most \(limit) deep in one another"
    case .largeExpression(let limit):
      "an expression has at most \(limit) operands and operators, those of the sizes that it names included"
    case .tooManyOperations(let limit):
      "a space has at most \(limit) operations, those of a block counted as often as it is used"
    case .architectureOfArchitecture(let path): "'\(path)' is an architecture itself; an architecture is one of a space"
    case .unknownOperation(let name): "no operation or block is named '\(name)'"
    case .unknownArgument(let name, let operation): "'\(operation)' has no parameter '\(name)'"
    case .missingArguments(let names, let operation):
      "'\(operation)' needs the parameter\(names.count == 1 ? "" : "s") \(names.map { "'\($0)'" }.joined(separator: ", "))"
    case .unknownName(let name): "nothing named '\(name)' is known here"
    case .unknownWord(let word, let allowed, let what):
      "\(what) is one of \(allowed.joined(separator: ", ")), not '\(word)'"
    case .duplicateName(let name, let what):
      "\(what.first.map("aeiou".contains) == true ? "an" : "a") \(what) named '\(name)' exists already"
    case .recursiveBlock(let name): "block '\(name)' contains itself; a block needs an end"
    case .badName(let name): "'\(name)' is not a name: a name starts with a letter and has letters, digits, '_' and '-'"
    case .unknownHint(let name): "no operation of this space has a parameter '\(name)' to share weights by"
    case .unknownGroupMember(let name): "no decision is named '\(name)', and none belongs to something of that name"
    case .groupedTwice(let name): "a decision is in one group, and '\(name)' is in two"
    case .dividedGroup(let decision, let parent, let options):
      "the decisions of a group exist together, and '\(decision)' exists only where '\(parent)' is "
        + options.joined(separator: " or ")
    case .unknownFunction(let name): "no function is named '\(name)'"
    case .reservedName(let name): "'\(name)' is a word of the language and names nothing else"
    case .unknownDecision(let name, let space): "space '\(space)' has no decision '\(name)'"
    case .missingDecisions(let names):
      "the architecture leaves \(names.map { "'\($0)'" }.joined(separator: ", ")) undecided"
    case .wrongType(let expected, let found, let what): "\(what) is \(expected), this is \(found)"
    case .operandType(let operation, let found): "'\(operation)' does not take \(found)"
    case .argumentCount(let function, let expected, let found): "'\(function)' takes \(expected), not \(found)"
    case .notPositive(let what, let value, let member): "\(what) is at least 1, but is \(value)\(member)"
    case .evenKernel(let value, let member):
      "a kernel is odd, or even and equal to a stride that divides both sides, but is \(value)\(member)"
    case .noValue(let reason, let member): "the expression has no value\(member): \(reason)"
    case .quantityOutsideBudget(let text, let dimension):
      "'\(text)' is a quantity of \(dimension); one stands only in a budget, beside a cost"
    case .costOutsideBudget(let cost):
      "'\(cost)' is a cost of the whole network and stands alone on one side of a budget"
    case .latencyWithoutDevice(let device):
      "a latency is on a device, and its bound has a unit of time: latency(\(device)) <= 5 ms"
    case .budgetsJoinedByOr:
      "budgets are joined by 'and' alone: every network meets all of them, so 'or' has no place between them"
    case .wrongDimension(let cost, let expected, let found): "'\(cost)' is compared with \(expected), not with \(found)"
    case .starOutsideList(let name, let layers):
      "'\(name)' is a list, one value for each of \(layers) layers, and stands only in a list function"
    case .listTooLong(let count, let most): "a list has at most \(most) elements, this one has \(count)"
    case .starsOfStages(let first, let second):
      "'\(first)' and '\(second)' speak of two stages; stars in one element count the layers of one"
    case .existenceOfNoName: "'exists' takes the name of a decision or of an argument"
    case .unknownDevice(let device): "no latency table for device '\(device)' is known"
    case .budgetNotConstant(let cost): "the cost '\(cost)' is compared with a constant"
    case .emptyRange(let from, let to): "the range from \(from) to \(to) has no option"
    case .offGrid(let end, let step, let nearest):
      "the end \(end) is not reached in steps of \(step); the last option would be \(nearest)"
    case .badStep(let step): "a step is above zero, this is \(step)"
    case .duplicateOption(let option): "the option \(option) is listed twice"
    case .mixedOptions: "the options of one choice are all numbers, all words or all booleans"
    case .missingScope(let stage, let layers):
      "stage '\(stage)' repeats \(layers) layers and makes choices, so it must say who decides"
    case .choiceNotHere(let place): "a choice cannot stand \(place)"
    case .badLayerCount(let found): "a stage has 1 to 1000 layers, not \(found)"
    case .tooManyOptions(let count): "a choice has at most 10000 options, this one has \(count)"
    case .missingCase(let value): "the switch has no case for \(value) and no 'else'"
    case .firstRestOutsideStage: "'first' and 'rest' speak of the layers of a stage; there is none here"
    case .unknownOption(let value, let decision, let options):
      "the option of '\(decision)' is one of \(options), not \(value)"
    case .absentDecision(let name, let parent, let option):
      "decision '\(name)' does not exist where '\(parent)' is \(option)"
    case .residualMismatch(let block, let body, let shortcut, let member):
      "block '\(block)' adds a shortcut of \(shortcut) channels to a body of \(body)\(member)"
    case .spatialMismatch(let body, let shortcut, let member):
      "a shortcut of \(shortcut) cannot be added to a body of \(body)\(member)"
    case .alternativesMismatch(let first, let second):
      "the alternatives end in different shapes, \(first) and \(second)"
    case .needsJoinedCopies(let operation, let copies):
      "'\(operation)' takes one tensor, this is \(copies) copies; join them with 'split_attention' first"
    case .needsVector(let operation, let shape):
      "'\(operation)' takes a vector, this is \(shape); put 'global_pool' before it"
    case .wrongOutput(let found, let classes): "the network ends in \(found), the output has \(classes) classes"
    case .unknownTensor(let name): "no earlier item and no input is named '\(name)'"
    case .unboundedRule(let name): "rule '\(name)' can contain itself without end; a grammar needs a bound"
    case .endlessRule(let name): "no production of rule '\(name)' can end within the bounds of its rules"
    case .recursiveOnce(let name): "rule '\(name)' can contain itself, so its uses cannot decide once for all"
    case .tangledExistence(let name):
      "whether '\(name)' is decided depends on several decisions at once"
    case .sharedDecisionAbsent(let name):
      "'\(name)' decides once for all its uses, but they are in some networks only, under different conditions"
    case .tensorCount(let operation, let expected, let found):
      "'\(operation)' reads \(expected), here \(found == 1 ? "it gets one" : "it gets \(found)")"
    case .joinMismatch(let join, let first, let second, let member):
      "'\(join.rawValue)' joins tensors of \(join.likeness), these are \(first) and \(second)\(member)"
    case .absentResult: "what this ends in is not there in every network"
    case .wrongOutputShape(let found, let expected): "the network ends in \(found), the output is \(expected)"
    case .notDivided(let divisor, let value, let whole, let number, let member):
      "\(divisor) divides \(whole), but \(value) does not divide \(number)\(member)"
    case .sliceOutside(let first, let channels, let whole, let member):
      "a slice of \(channels) channels from channel \(first) on does not lie inside \(whole) channels\(member)"
    case .bypassStride(let shape, let result):
      "a layer that can be left out keeps height and width, but this one turns \(shape) into \(result)"
    case .layerDecision(let name, let stage): "'\(name)' is not one value: each layer of '\(stage)' has its own"
    case .contradiction(let text): "no network meets the requirement '\(text)', whatever is decided"
    case .brokenBlockRequirement(let block, let text): "block '\(block)' requires '\(text)', which does not hold here"
    case .rowLength(let names, let found):
      "a row has one value for each name of the table, \(names) in all, and this one has \(found)"
    case .duplicateRow: "the row is listed twice"
    case .brokenRequirement(let text): "the architecture does not meet the requirement '\(text)' of its space"
    case .badLatency(let found): "a latency is a time of at least 0 with its unit, such as 1.2 ms, not '\(found)'"
    case .duplicateKernel(let kernel): "the table has a row for the kernel '\(kernel)' already"
    }
  }

  /// Whether it is about the value of one argument, so that what gave that value is what is wrong.
  var isOfOneArgument: Bool { ["ES2004", "ES2005", "ES2212", "ES2213"].contains(code) }

  /// Whether a block's own text is right and its use decides that it fails, so that the use is worth showing.
  var dependsOnUse: Bool {
    switch self {
    case .brokenBlockRequirement, .unknownWord, .wrongType, .operandType, .notPositive, .evenKernel, .noValue,
      .missingCase, .residualMismatch, .spatialMismatch, .alternativesMismatch, .needsJoinedCopies, .needsVector,
      .tensorCount, .joinMismatch, .absentResult, .notDivided, .sliceOutside, .tangledExistence, .endlessRule,
      .largeExpression:
      true
    case .unknownKey, .missingKey, .wrongShape, .unsupportedVersion, .unreadableFile, .escapingPath, .absolutePath,
      .wrongFile, .latencyWithoutDevice, .budgetsJoinedByOr, .includeCycle,
      .oneDiscriminator, .unknownOperation, .unknownArgument, .missingArguments, .unknownName, .duplicateName,
      .recursiveBlock, .choiceNotHere, .badName, .unknownHint, .unknownFunction, .reservedName, .argumentCount,
      .emptyRange, .offGrid, .badStep, .architectureOfArchitecture, .unknownDecision, .missingDecisions,
      .unknownOption, .absentDecision, .duplicateOption, .mixedOptions, .missingScope, .badLayerCount, .tooManyOptions,
      .blocksTooDeep, .unknownTensor, .unboundedRule, .sharedDecisionAbsent, .tooManyOperations, .wrongOutputShape,
      .firstRestOutsideStage, .quantityOutsideBudget, .costOutsideBudget, .wrongDimension, .starOutsideList,
      .listTooLong, .starsOfStages, .existenceOfNoName, .unknownDevice, .budgetNotConstant, .layerDecision,
      .contradiction, .rowLength, .duplicateRow, .brokenRequirement, .badLatency, .duplicateKernel,
      .wrongOutput, .bypassStride, .recursiveOnce, .unknownGroupMember, .groupedTwice, .dividedGroup:
      false
    }
  }
}

extension Join {
  /// What its operands have in common.
  fileprivate var likeness: String {
    switch self {
    case .add: "one shape"
    case .concat: "one height and width"
    case .multiply: "one shape, or a map and one pixel of as many channels"
    }
  }
}
