import CDeviceScripts
import Foundation

/// Where runtimes are installed and the scripts that measure them are kept, outside every project.
package struct DeviceFolder: Hashable, Sendable {
  package let path: String

  /// `ESPALIER_CACHE`, else `espalier` in the user's cache folder, each with `devices` below it.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let cache =
      value("ESPALIER_CACHE")
      ?? (value("XDG_CACHE_HOME") ?? "\(value("HOME") ?? NSHomeDirectory())/.cache") + "/espalier"
    path = "\(cache)/devices"
  }

  /// The Python of a runtime's environment; nil: it was not set up.
  package func python(of runtime: MeasuringRuntime) -> String? {
    let python = "\(path)/\(runtime.environmentName)/bin/python"
    let isWhole = FileManager.default.fileExists(atPath: completion(of: runtime))
    return isWhole && FileManager.default.isExecutableFile(atPath: python) ? python : nil
  }

  /// The file that says that an environment was set up to its end.
  package func completion(of runtime: MeasuringRuntime) -> String {
    "\(path)/\(runtime.environmentName)/espalier-complete"
  }

  /// The folder of the scripts, which are written where they are missing. Its name has their checksum, so that another
  /// version of this package brings its own.
  ///
  /// - Throws: `DeviceError.cannotWrite`.
  package func scripts() throws(DeviceError) -> String {
    let scripts = (0..<device_script_count()).map { index -> (name: String, bytes: Data) in
      let script = device_script(index)
      return (String(cString: script.name), Data(bytes: script.bytes, count: script.count))
    }
    let version = SHA256.digest(scripts.flatMap(\.bytes)).prefix(16)
    let folder = "\(path)/scripts-\(version)"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for script in scripts {
        let file = "\(folder)/\(script.name)"
        if FileManager.default.contents(atPath: file) == script.bytes { continue }
        try script.bytes.write(to: URL(filePath: file), options: .atomic)
      }
    } catch {
      throw .cannotWrite(path: folder, reason: (error as NSError).localizedDescription)
    }
    return folder
  }
}
