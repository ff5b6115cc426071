/** The sex of the child: given, from the file's header, or predicted. */
import type { Sex } from "../answer.js";
import { isShown, type Picture, usedSex } from "../picture.js";

interface Props {
  picture: Picture;
  predictsSex: boolean;
  onSex: (sex: Sex | null) => void;
}

export function SexForm({ picture, predictsSex, onSex }: Props) {
  // Files that a browser does not show may be DICOM, whose header may state the sex.
  const hasDefault = predictsSex || !isShown(picture.file);
  const choices: [Sex | null, string][] = [
    ...(hasDefault ? ([[null, predictsSex ? "Predict it" : "As in the file"]] as [null, string][]) : []),
    ["F", "Female"],
    ["M", "Male"],
  ];
  const note = noteOf(picture);
  return (
    <fieldset class={picture.state.is === "needs-sex" ? "field field-wanted" : "field"}>
      <legend>Sex</legend>
      <div class="segments">
        {choices.map(([sex, label]) => (
          <label key={label} class="segment">
            <input type="radio" name="sex" checked={picture.sex === sex} onChange={() => onSex(sex)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {note !== null && <p class="hint">{note}</p>}
    </fieldset>
  );
}

const WORDS = { F: "Female", M: "Male" };
const ORIGINS = { header: "as the file states", predicted: "predicted from the picture" };

function noteOf({ state }: Picture): string | null {
  const used = state.is === "done" ? usedSex(state.answer) : null;
  return used === null || used.from === "given" ? null : `${WORDS[used.sex]}, ${ORIGINS[used.from]}`;
}
