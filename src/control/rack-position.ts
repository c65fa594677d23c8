/** How large a rack is: levels from the floor up, slots on each. */
export type RackSize = { levels: number; slots: number };
/** Both count from 1: level 1 is the lowest, slot 1 the leftmost as one stands before the rack. */
export type RackPosition = { level: number; slot: number };

/** Level and slot: `3-2`, `3/2`, `3.2`, `3 2`, `L3S2`, `L3-S2`. */
const levelAndSlot = /^L?(\d{1,4})(?:[-/.: ]S?|S)(\d{1,4})$/i;
const runningNumber = /^\d{1,6}$/;

/**
 * Where in a rack of this size a position is that somebody wrote: level and slot, or a number that runs from 1 along the lowest level,
 * then along the next. Null where the rack has no such place.
 */
export function positionIn({ levels, slots }: RackSize, text: string): RackPosition | null {
  const [, level, slot] = levelAndSlot.exec(text.trim()) ?? [];
  const found = level !== undefined && slot !== undefined ? { level: Number(level), slot: Number(slot) } : counted(slots, text.trim());
  if (found === null || found.level < 1 || found.slot < 1) return null;
  return found.level <= levels && found.slot <= slots ? found : null;
}

function counted(slots: number, text: string): RackPosition | null {
  if (!runningNumber.test(text)) return null;
  const no = Number(text);
  return { level: Math.ceil(no / slots), slot: ((no - 1) % slots) + 1 };
}

/** The number that a position has where one counts along the levels. */
export const numberOf = ({ slots }: RackSize, { level, slot }: RackPosition): number => (level - 1) * slots + slot;

/** What may be written for a position in a rack of this size, as the end of the sentence "position …". */
export function positionWords(name: string, { levels, slots }: RackSize): string {
  const last = `${levels}-${slots}`;
  return `must be a place in rack ${name} (levels 1 to ${levels} from the floor up, slots 1 to ${slots} from the left): level and slot such as ${last} or L${levels}S${slots}, or a number from 1 to ${levels * slots}`;
}
