/** What a screen reader hears when results come. */
import { inWords } from "./ages.js";
import type { Picture } from "./picture.js";

/** Returns what has happened to pictures between two states of the page, in a sentence each. */
export function announcements(before: readonly Picture[], now: readonly Picture[]): string {
  const earlier = new Map(before.map((picture) => [picture.id, picture.state]));
  const texts = now.flatMap(({ id, file, state }) => {
    const text = textOf(state);
    return text === null || earlier.get(id) === state ? [] : [`${file.name}: ${text}.`];
  });
  return texts.join(" ");
}

function textOf(state: Picture["state"]): string | null {
  switch (state.is) {
    case "done": {
      const doubts = state.answer.quality.length;
      const checks = doubts === 0 ? "" : `, ${doubts} ${doubts === 1 ? "doubt" : "doubts"} about the picture`;
      return `bone age ${inWords(state.answer.bone_age)}${checks}`;
    }
    case "failed":
      return `no result. ${state.fault.message.replace(/\.$/, "")}`;
    case "needs-sex":
      return "the model needs the sex of the child";
    case "cancelled":
      return "cancelled";
    default:
      return null;
  }
}
