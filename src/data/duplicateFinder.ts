/** A hash table of the pictures that a cohort names. It takes 16 bytes a slot: 70 MB for three million rows. */

/** The largest share of slots in use. The table doubles beyond it. */
const MAX_LOAD = 0.8;

export class DuplicateFinder {
  /** 53-bit hashes; 0 is a free slot. */
  private hashes = new Float64Array(1024);
  private rows = new Uint32Array(1024);
  /** Hashes of the sex and bone age in the first row. */
  private facts = new Uint32Array(1024);
  private used = 0;

  /**
   * Adds a picture. Returns the row that named it first, or null if this is the first.
   *
   * Pictures are compared by hash: among three million, the chance that two different ones count as the same is 1 in
   * 2,000. That is good enough for a warning, and for leaving a file to the row that names it.
   */
  add(dir: string, imageId: string, row: number, facts = ""): number | null {
    if (this.used >= this.hashes.length * MAX_LOAD) this.grow();
    const hash = hash53(`${dir}/${imageId}`);
    const slot = this.slotOf(hash);
    if (this.hashes[slot] === hash) return this.rows[slot]!;
    this.put(slot, hash, row, hash53(facts) >>> 0);
    return null;
  }

  /** Returns whether a row names exactly this picture. */
  has(dir: string, imageId: string): boolean {
    const hash = hash53(`${dir}/${imageId}`);
    return this.hashes[this.slotOf(hash)] === hash;
  }

  /** Returns whether the row that named a picture first has other facts; false if it had none. */
  differs(dir: string, imageId: string, facts: string): boolean {
    const first = this.facts[this.slotOf(hash53(`${dir}/${imageId}`))];
    return first !== hash53("") >>> 0 && first !== hash53(facts) >>> 0;
  }

  /** Returns the slot that holds the hash, or the free slot where it belongs. */
  private slotOf(hash: number): number {
    const slots = this.hashes.length;
    let slot = hash % slots;
    while (this.hashes[slot] !== 0 && this.hashes[slot] !== hash) slot = (slot + 1) % slots;
    return slot;
  }

  private put(slot: number, hash: number, row: number, facts: number): void {
    this.hashes[slot] = hash;
    this.rows[slot] = row;
    this.facts[slot] = facts;
    this.used += 1;
  }

  private grow(): void {
    const { hashes, rows, facts } = this;
    this.hashes = new Float64Array(2 * hashes.length);
    this.rows = new Uint32Array(2 * hashes.length);
    this.facts = new Uint32Array(2 * hashes.length);
    this.used = 0;
    hashes.forEach((hash, i) => {
      if (hash !== 0) this.put(this.slotOf(hash), hash, rows[i]!, facts[i]!);
    });
  }
}

/** Returns a hash of 53 bits, never 0: two 32-bit multiply-xor chains over the UTF-16 units, finished as in MurmurHash3. */
function hash53(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 15);
  }
  return finish(a) + (finish(b) & 0x1fffff) * 0x100000000 || 1;
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
