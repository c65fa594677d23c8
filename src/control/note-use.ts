/** Notes that somebody was here. A disk that takes no more must not keep him out: that is when people and their monitoring come to look. */
export function noteUse(write: () => void): void {
  try {
    write();
  } catch {
    // Noted at the next use; that the disk is full is told by those whose rows it is about.
  }
}
