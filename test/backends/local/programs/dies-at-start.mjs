// A worker that cannot start.
process.stderr.write(`${'x'.repeat(5000)}\nno such library\n`);
process.exitCode = 3;
