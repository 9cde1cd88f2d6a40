import { openQueries } from './plans.ts';
import { drawSetup } from './setup.ts';
import { simulate } from './simulate.ts';

const queries = await openQueries();
const setup = drawSetup(Number(process.argv[2]));
console.log(setup);
Error.stackTraceLimit = 30;
console.log(await simulate(setup, queries));
