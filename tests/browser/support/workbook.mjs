// Reads the first sheet of an .xlsx: a zip of XML, no library needed for that much.
import { inflateRawSync } from "node:zlib";

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Files of a zip archive by name. */
export function unzip(bytes) {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== END) end -= 1;
  if (end < 0) throw new Error("not a zip archive");
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n -= 1) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error("broken zip directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => bytes.readUInt16LE(at + o));
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    files.set(name, bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed);
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (xml) => xml.replace(/<[^>]*>/g, "").replace(/&(\w+);/g, (_, name) => ENTITIES[name]).replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)));

/** Rows of the first sheet, each a map from column header to cell text. */
export function readRows(bytes) {
  const files = unzip(bytes);
  const xml = (name) => files.get(name)?.toString("utf8") ?? "";
  const strings = [...xml("xl/sharedStrings.xml").matchAll(/<si>(.*?)<\/si>/gs)].map((m) => plain(m[1]));
  const rows = [...xml("xl/worksheets/sheet1.xml").matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const cells = new Map();
    for (const [, column, attributes, body] of row.matchAll(/<c r="([A-Z]+)\d+"([^>]*)>(.*?)<\/c>/gs)) {
      const value = /<v>(.*?)<\/v>/s.exec(body)?.[1] ?? "";
      cells.set(column, /t="s"/.test(attributes) ? strings[Number(value)] : plain(value));
    }
    return cells;
  });
  const [header, ...data] = rows;
  return data.map((cells) => new Map([...header].map(([column, name]) => [name.trim(), cells.get(column) ?? ""])));
}
