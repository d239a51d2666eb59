// Calls every method of a server: node walk.mjs HOST:PORT FOLDER-OF-PROTOS. Prints the name of each that answered as it should.
import assert from 'node:assert/strict';
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, protos] = process.argv.slice(2);
const definition = loader.loadSync(path.join('timestone', 'v1', 'service.proto'), { includeDirs: [protos], longs: String, enums: String, defaults: true });
const { Timestone } = grpc.loadPackageDefinition(definition).timestone.v1;
const client = new Timestone(address, grpc.credentials.createInsecure());
const queue = `walk-${process.pid}-${Date.now()}`;

async function call(method, request) {
    const answer = await new Promise((resolve, reject) =>
        client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))));
    called.add(method);
    return answer;
}

const called = new Set();

async function next(stream, method) {
    const response = await new Promise((resolve, reject) => stream.once('data', resolve).once('error', reject));
    called.add(method);
    return response;
}

async function until(isSo) {
    while (!isSo())
        await new Promise(resolve => working.once('data', resolve));
}

assert.equal((await call('CreateQueue', { queue, settings: { maxAttempts: 2, backoff: { kind: 'BACKOFF_KIND_NONE' } } })).created, true);
assert.equal((await call('GetQueue', { queue })).settings.maxAttempts, 2);
assert.ok((await call('ListQueues', { limit: 1000 })).queues.some(each => each.name === queue));
assert.equal((await call('UpdateQueue', { queue, settings: { maxDepth: '5' } })).settings.maxDepth, '5');

const most = '9223372036854775807';
const messages = [
    { id: 'last', priority: most, payload: { json: '{"n": 1}' } },
    { id: 'first', deadline: { seconds: 1767225600 }, metadata: { kind: 'a' }, payload: { data: Buffer.from([0, 255]) } },
];
assert.deepEqual((await call('Enqueue', { queue, messages })).results.map(each => each.state), Array(2).fill('MESSAGE_STATE_PENDING'));
assert.equal((await call('GetMessage', { queue, id: 'last' })).priority, most);
assert.equal((await call('GetDepth', { queue, filter: { kind: 'a' } })).count, '1');
assert.equal((await call('ListMessages', { queue, state: 'MESSAGE_STATE_PENDING' })).messages.length, 2);

let [first] = (await call('Dequeue', { queue, wait: { seconds: 5 }, worker: 'node' })).messages;
assert.deepEqual([first.id, first.payload.data], ['first', Buffer.from([0, 255])]);
assert.equal((await call('Extend', { queue, extensions: [{ id: first.id, leaseToken: first.leaseToken, progress: '50' }] })).results[0].error, null);
await call('Settle', { queue, settlements: [{ id: first.id, leaseToken: first.leaseToken, action: 'SETTLEMENT_ACTION_COMPLETE', result: '"done"' }] });
assert.equal((await call('GetMessage', { queue, id: 'first' })).result, '"done"');

assert.equal((await call('Cancel', { queue, cancellations: [{ id: 'last', reason: 'not wanted' }] })).results[0].state, 'MESSAGE_STATE_CANCELED');
assert.equal((await call('Redrive', { queue, id: 'last' })).state, 'MESSAGE_STATE_PENDING');
[first] = (await call('Dequeue', { queue })).messages;
await call('Settle', { queue, settlements: [{ id: first.id, leaseToken: first.leaseToken, action: 'SETTLEMENT_ACTION_FAIL', permanent: true }] });
assert.equal((await call('RedriveAll', { queue })).count, '1');
assert.equal((await call('GetQueueStats', { queue })).counts.pending, '1');

const { version } = await call('GetMessage', { queue, id: 'last' });
const found = await call('SearchMessages', { queue, after: { queue, id: 'last', version } });
assert.equal(found.messages.length, 2);
assert.equal((await call('GetHistory', { queue, id: 'last', after: version })).transitions.length, version);
assert.equal((await call('GetSearchStats', { queue })).queues[0].failures, '1');

const enqueueing = client.EnqueueStream();
enqueueing.write({ queue, messages: [{ id: 'streamed', priority: '1' }] });
assert.equal((await next(enqueueing, 'EnqueueStream')).results[0].id, 'streamed');
enqueueing.end();

const working = client.Work();
const [begun, leased, answered] = [[], [], []];
working.on('data', response => {
    leased.push(...response.leased.flatMap(each => each.messages));
    begun.push(...response.begun);
    answered.push(...response.settled);
});
working.write({ start: { queue, worker: 'node' }, credit: { messages: 1 } });
await until(() => leased.length === 1);
const lease = { id: leased[0].id, leaseToken: leased[0].leaseToken };
assert.deepEqual((await call('WatchLeases', { queue, leases: [lease] })).results, []);
working.write({ begin: [lease] });
await until(() => begun.length === 1);
assert.equal(begun[0].error, null);
working.write({ settlements: [{ ...lease, action: 'SETTLEMENT_ACTION_COMPLETE' }] });
await until(() => answered.length === 1);
assert.deepEqual([answered[0].id, answered[0].state], ['streamed', 'MESSAGE_STATE_COMPLETED']);
working.end();
await new Promise(resolve => working.on('end', resolve));
called.add('Work');

assert.equal((await call('Purge', { queue, scope: 'PURGE_SCOPE_PENDING' })).pending, '1');
await call('DeleteQueue', { queue });
await assert.rejects(call('GetQueue', { queue }), error => error.code === grpc.status.NOT_FOUND);

console.log([...called].join('\n'));
client.close();
