/** The result of a picture, or why there is none. */
import { differenceInWords, inWords } from "../ages.js";
import type { Answer, Fault } from "../answer.js";
import { chronologicalAge, type Picture } from "../picture.js";
import { asSentence } from "../sentence.js";
import { AgeScale } from "./ageScale.js";
import { Check, Warning } from "./icons.js";

interface Props {
  picture: Picture;
  onRetry: () => void;
}

export function Result({ picture, onRetry }: Props) {
  const { state } = picture;
  switch (state.is) {
    case "waiting":
      return <p class="pending">Waiting for the pictures before it</p>;
    case "running":
      return <p class="pending">Reading the picture…</p>;
    case "needs-sex":
      return (
        <div class="message">
          <h2>Female or male?</h2>
          <p>This model needs the sex of the child, and the file does not state it. Choose it below.</p>
        </div>
      );
    case "cancelled":
      return (
        <div class="message">
          <h2>Cancelled</h2>
          <button type="button" class="button" onClick={onRetry}>
            Read the picture
          </button>
        </div>
      );
    case "failed":
      return <FaultBox fault={state.fault} onRetry={onRetry} />;
    case "done":
      return <BoneAge answer={state.answer} age={chronologicalAge(picture)} />;
  }
}

/** What can be done in the page, where the service's advice is for programs. */
const REMEDIES: Record<string, string> = {
  ERR_DEEPLASIA_NO_HAND: "Look at the picture. If it shows one hand, rotate it until the fingers point up.",
  TOO_LARGE: "Save the picture with fewer pixels, then add it again.",
};

const remedyOf = ({ code, remedy }: Fault) => REMEDIES[code] ?? remedy;

function FaultBox({ fault, onRetry }: { fault: Fault; onRetry: () => void }) {
  return (
    <div class="message message-fault" role="alert">
      <h2>No result for this picture</h2>
      <p>{asSentence(fault.message)}</p>
      {remedyOf(fault) && <p>{remedyOf(fault)}</p>}
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** How far the bone age may be off, as far as the model states it. */
function certainty({ interval, spread }: Answer): string {
  if (interval)
    return `In ${Math.round(interval.level * 100)} of 100 pictures like it, the bone age lies from ${inWords(interval.low)} to ${inWords(interval.high)}.`;
  if (spread != null)
    return `The models of the ensemble differ by ${spread.toFixed(1)} months (standard deviation).`;
  return "The model states no interval.";
}

function BoneAge({ answer, age }: { answer: Answer; age: number | null }) {
  const { bone_age, interval } = answer;
  return (
    <div class="result">
      <h2 class="label">Bone age</h2>
      <p class="bone-age">{inWords(bone_age)}</p>
      <p class="muted">
        {bone_age.toFixed(1)} months. {certainty(answer)}
      </p>
      <AgeScale boneAge={bone_age} age={age} interval={interval ?? null} />
      {age !== null && (
        <p class="difference">
          The bone age is <strong>{differenceInWords(bone_age, age)}</strong> the chronological age of{" "}
          {inWords(age)}.
        </p>
      )}
      <Checks answer={answer} />
    </div>
  );
}

function Checks({ answer: { quality, notes, mask } }: { answer: Answer }) {
  return (
    <ul class="checks" aria-label="Checks of the picture">
      {mask.source === "none" ? (
        <li class="muted">The picture was not checked: this model works without the hand’s outline.</li>
      ) : (
        quality.length === 0 && (
          <li class="check-good">
            <Check />
            The checks found nothing doubtful about this picture.
          </li>
        )
      )}
      {quality.map(({ flag, text }) => (
        <li key={flag} class="check-doubt">
          <Warning />
          {asSentence(text)}
        </li>
      ))}
      {notes.map((note) => (
        <li key={note} class="muted">
          {asSentence(note)}
        </li>
      ))}
    </ul>
  );
}
