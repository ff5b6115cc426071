/** Pictures of the service's page, and answers to them. */
import type { Answer } from "../../src/page/answer.js";
import { NO_AGE, type Picture } from "../../src/page/picture.js";

export function answerWith(changes: Partial<Answer> = {}): Answer {
  return {
    ...{ bone_age: 103.25, used_sex: "female", sex_predicted: false, model: "hands" },
    ...{ quality: [], notes: [], mask: { source: "made" } },
    picture: { width: 400, height: 600, sexFromHeader: false, ageMonthsFromHeader: null },
    ...changes,
  };
}

export function pictureWith(changes: Partial<Picture> & { name?: string } = {}): Picture {
  const { name = "hand.png", ...rest } = changes;
  return {
    ...{ id: 1, file: { name, size: 1, type: "image/png" }, address: null, addressRotation: 0, rotation: 0 },
    ...{ sex: null, age: NO_AGE, state: { is: "done", answer: answerWith() } },
    ...rest,
  };
}
