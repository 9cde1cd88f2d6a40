import fc from 'fast-check';

// The suite tries the same values every time, so that a change is judged by what it changes; SHOAL_SEED=random (or a number,
// as a failure prints it) tries others.
const { SHOAL_SEED = '1' } = process.env;
if (SHOAL_SEED !== 'random') fc.configureGlobal({ seed: Number(SHOAL_SEED) });
