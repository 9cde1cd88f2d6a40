// A worker that does not keep to the protocol.
process.on('message', ({ kind, id }) => process.send(kind === 'start' ? { kind: 'ready' } : { kind: 'result', id }));
