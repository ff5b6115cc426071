/** Bone age and chronological age on one line, from birth to 19 years. The text beside it has the same numbers. */

const MOST_MONTHS = 19 * 12;
const LABELS = [0, 3, 6, 9, 12, 15, 18];

interface Props {
  boneAge: number;
  age: number | null;
  interval: { low: number; high: number } | null;
}

const place = (months: number) => `${(Math.min(MOST_MONTHS, Math.max(0, months)) / MOST_MONTHS) * 100}%`;

export function AgeScale({ boneAge, age, interval }: Props) {
  return (
    <div class="scale" aria-hidden="true">
      <div class="scale-line">
        {interval !== null && (
          <span
            class="scale-interval"
            style={{
              left: place(interval.low),
              right: `calc(100% - ${place(interval.high)})`,
            }}
          />
        )}
        {age !== null && <span class="scale-age" style={{ left: place(age) }} />}
        <span class="scale-bone-age" style={{ left: place(boneAge) }} />
      </div>
      <div class="scale-labels">
        {LABELS.map((years) => (
          <span key={years} style={{ left: place(years * 12) }}>
            {years}
          </span>
        ))}
      </div>
      <p class="scale-key">
        <span class="key-bone-age">Bone age</span>
        {age !== null && <span class="key-age">Chronological age</span>}
        <span class="scale-unit">years</span>
      </p>
    </div>
  );
}
