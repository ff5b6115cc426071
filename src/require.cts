// What require("deeplasia-native") gives: the library, where Node can require ES modules; elsewhere what to do.
if (!process.features.require_module)
  throw new Error(
    `deeplasia-native is an ES module, which Node ${process.version} cannot require. ` +
      'Load it by `const { loadModel } = await import("deeplasia-native")`, ' +
      "or use Node 20.19, 22.12 or newer.",
  );
import library = require("./index.js");
export = library;
