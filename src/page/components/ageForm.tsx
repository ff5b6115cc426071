/** The child's age by the calendar: two dates, or the age itself. It is compared with the bone age, and stays in the page. */
import { inWords } from "../ages.js";
import { type AgeFields, type Picture, typedAge } from "../picture.js";

interface Props {
  picture: Picture;
  onAge: (age: AgeFields) => void;
}

export function AgeForm({ picture, onAge }: Props) {
  const { age } = picture;
  const set = (changes: Partial<AgeFields>) => onAge({ ...age, ...changes });
  return (
    <fieldset class="field">
      <legend>
        Chronological age <span class="optional">optional</span>
      </legend>
      <div class="segments">
        <label class="segment">
          <input type="radio" name="by" checked={age.by === "dates"} onChange={() => set({ by: "dates" })} />
          <span>By dates</span>
        </label>
        <label class="segment">
          <input type="radio" name="by" checked={age.by === "age"} onChange={() => set({ by: "age" })} />
          <span>By age</span>
        </label>
      </div>
      <div class="pair">
        {age.by === "dates" ? (
          <>
            <Field label="Date of birth" type="date" value={age.birth} onValue={(birth) => set({ birth })} />
            <Field
              label="Date of the picture"
              type="date"
              value={age.study}
              onValue={(study) => set({ study })}
            />
          </>
        ) : (
          <>
            <Field label="Years" type="number" value={age.years} onValue={(years) => set({ years })} />
            <Field label="Months" type="number" value={age.months} onValue={(months) => set({ months })} />
          </>
        )}
      </div>
      <p class="hint" aria-live="polite">
        {hintOf(picture)}
      </p>
    </fieldset>
  );
}

interface FieldProps {
  label: string;
  type: "date" | "number";
  value: string;
  onValue: (value: string) => void;
}

function Field({ label, type, value, onValue }: FieldProps) {
  return (
    <label class="input">
      {label}
      <input
        type={type}
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
        autocomplete="off"
        {...(type === "number"
          ? { min: 0, step: "any", inputMode: "decimal" as const }
          : { max: "9999-12-31" })}
      />
    </label>
  );
}

function hintOf({ age, state }: Picture): string {
  const typed = typedAge(age);
  if (typed !== null) return age.by === "dates" ? inWords(typed) : "";
  if (age.by === "dates" && age.birth !== "" && age.study !== "")
    return "The date of the picture lies before the date of birth. Correct one of them.";
  if (age.by === "age" && (age.years !== "" || age.months !== ""))
    return "An age lies from 0 to 150 years. Correct the numbers.";
  const fromHeader = state.is === "done" ? state.answer.picture.ageMonthsFromHeader : null;
  return fromHeader == null ? "" : `${inWords(fromHeader)}, as the file states`;
}
