/**
 * The server as a process of its own, for benchmarks: `tsx main.ts [port] [bucket …]` prints its endpoint on a line and runs
 * until it is ended.
 */
import { startS3Server } from './server.ts';

const [port = '0', ...buckets] = process.argv.slice(2);
const server = await startS3Server({ port: Number(port), buckets: buckets.length > 0 ? buckets : ['shoal-test'] });
console.log(server.endpoint);
