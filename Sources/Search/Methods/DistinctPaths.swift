package import Engine
package import SpaceIR
package import SpacePlanner
package import Supernet

/// The draws of a step as kernel programs, each program once.
///
/// Two draws are the same path when their programs are equal: the same architecture, or two encodings of one network
/// (a bypassed block's other decisions change nothing). A path is run once and counts as often as it was drawn.
package struct DistinctPaths {
  package private(set) var jobs: [EngineJob] = []
  /// For each draw the index of its job.
  private let jobOfDraw: [Int]

  package init(_ draws: [Architecture], on supernet: Supernet, batch: Int, slot: Int, pass: BindingOptions.Pass) throws
  {
    try self.init(draws, on: supernet, slot: slot, BindingOptions(batch: batch, pass: pass))
  }

  package init(_ draws: [Architecture], on supernet: Supernet, slot: Int, _ binding: BindingOptions) throws {
    var known: [KernelProgram: Int] = [:]
    var jobOfDraw: [Int] = []
    for draw in draws {
      let program = try supernet.plan.bind(draw, binding)
      if let job = known[program] {
        jobs[job].multiplicity += 1
        jobOfDraw.append(job)
      } else {
        known[program] = jobs.count
        jobOfDraw.append(jobs.count)
        jobs.append(EngineJob(program: EngineProgram(program), batch: slot))
      }
    }
    self.jobOfDraw = jobOfDraw
  }

  /// A value of each job, for each draw.
  func perDraw<Value>(_ values: [Value]) -> [Value] { jobOfDraw.map { values[$0] } }

  /// The weight of each draw: its job's, shared by the draws of that job.
  func weights(_ outcomes: [EngineOutcome]) -> [Double] {
    jobOfDraw.map { outcomes[$0].weight / Double(jobs[$0].multiplicity) }
  }
}
