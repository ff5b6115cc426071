/** Files that were dropped on the page, those in folders too. */

/** Returns the files of a drop in the order of their names within each folder. Hidden files are left out. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  // The list empties itself as soon as the event has been handled, so all entries are taken before the first await.
  const entries = Array.from(data.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const plain = Array.from(data.files);
  if (entries.length === 0) return plain;
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  const entries = await entriesOf((entry as FileSystemDirectoryEntry).createReader());
  const sorted = entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return (await Promise.all(sorted.map(filesBelow))).flat();
}

/** A reader returns its folder in parts, and an empty one at the end. */
async function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  return part.length === 0 ? [] : [...part, ...(await entriesOf(reader))];
}
