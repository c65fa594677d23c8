/** Where a rig's work goes: on whose account (0 = the house) and through which pool profile. */
export type Destination = { contractNo: number; profileNo: number };

/** One rig to one destination; null = home, to what its own record says. `hub.applyMoves(moves)` is the only way in. */
export type Move = { rigNo: number; to: Destination | null };
