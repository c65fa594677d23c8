// The journal's own thread (see thread-disk.ts): plain JavaScript, because it is started from its text.
import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

let zeros = new Uint8Array(0);

function writeAll(fd, bytes, position) {
  let done = 0;
  while (done < bytes.byteLength) {
    const written = writeSync(fd, bytes, done, bytes.byteLength - done, position + done);
    if (written === 0) throw Object.assign(new Error("the disk took no bytes"), { code: "ENOSPC" });
    done += written;
  }
}

function writeOne(fd, { bytes, position, zerosAfter }) {
  writeAll(fd, bytes, position);
  if (zerosAfter === 0) return;
  if (zeros.length < zerosAfter) zeros = new Uint8Array(zerosAfter);
  writeAll(fd, zeros.subarray(0, zerosAfter), position + bytes.byteLength);
}

function openDurably(path) {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const folder = openSync(dirname(path), constants.O_RDONLY);
  fsyncSync(folder);
  closeSync(folder);
  return fd;
}

function perform(order, at) {
  if (order.kind === "open") return openDurably(order.path);
  if (order.kind === "close") return closeSync(order.fd);
  at.step = "write";
  for (const write of order.writes) writeOne(order.fd, write);
  at.step = "sync";
  fdatasyncSync(order.fd);
}

self.onmessage = ({ data: order }) => {
  const at = { step: order.kind };
  try {
    const fd = perform(order, at);
    self.postMessage({ no: order.no, fd });
  } catch (error) {
    self.postMessage({ no: order.no, failure: { step: at.step, code: String(error?.code ?? ""), message: String(error?.message ?? error) } });
  }
};
