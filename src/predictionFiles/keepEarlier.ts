import { type AnyRecord, isFailure, type OutputRecord, type RecordBlock } from "../records/record.js";
import type { EarlierRow } from "./earlierRows.js";

/** Put earlier records where a row was predicted before and is not now. `kept` are their positions in the block. */
export async function keepEarlier<B extends RecordBlock>(
  block: B,
  earlier: AsyncGenerator<EarlierRow>,
): Promise<B & { kept: Set<number> }> {
  const records = [...block.records];
  const ofMembers = block.ofMembers.map((list) => [...list]);
  const kept = new Set<number>();
  for (const i of records.keys()) {
    const { value: before } = await earlier.next();
    if (before === undefined || before.failed || !isFailure(records[i]!)) continue;
    const [own, ...members] = before.records as [AnyRecord, ...OutputRecord[]];
    records[i] = own;
    for (const [member, record] of members.entries()) ofMembers[member]![i] = record;
    kept.add(i);
  }
  return { ...block, records, ofMembers, kept };
}
