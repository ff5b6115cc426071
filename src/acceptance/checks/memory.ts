/** A batch that no memory can hold is an error with its own code, and the device computes the same after it. */
import { toDeeplasiaError } from "../../errors.js";
import { native } from "../../native.js";
import { relativeDifference } from "../differences.js";
import { judged, notRun, type Result } from "../finding.js";
import { isCuda, type Machine } from "../machine.js";
import { featuresOf, withModel } from "../networks.js";

/** Half a terabyte after the first convolution of EfficientNet-b0. */
const TOO_LARGE: [number, number, number, number] = [65_536, 1, 512, 512];

export async function* memory(machine: Machine): AsyncGenerator<Result> {
  const what = "a batch far too large";
  if (!isCuda(machine)) {
    yield notRun(what, "Linux ends a process that fills a CPU's memory");
    return;
  }
  const before = await featuresOf(machine, 1);
  const sex = new Float32Array(TOO_LARGE[0]);
  const code = await withModel(machine, { backbone: "efficientnet-b0", where: "tested" }, (model) =>
    native()
      .tryBlank(model, TOO_LARGE, sex)
      .then(
        () => "no error",
        (error) => toDeeplasiaError(error).code,
      ),
  );
  yield judged(what, code === "ERR_DEEPLASIA_OUT_OF_MEMORY", code);
  const after = relativeDifference(await featuresOf(machine, 1), before);
  yield judged("the device after it", after <= 1e-3, `features differ by ${after.toExponential(1)}`);
}
