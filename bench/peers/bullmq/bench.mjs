// BullMQ under load, as a process of its own: node bench.mjs <port> <add|addBulk|process|reach> <callers> <batch> <warmup s> <seconds>
// Writes {"perSecond": n}, messages per second, to standard output; for reach {"p50": ms}, from before add to the handler.
import { Queue, Worker } from 'bullmq';
import IORedis from 'ioredis';

const [port, job, callers, batch, warmup, seconds] = process.argv.slice(2).map((value, i) => (i === 1 ? value : Number(value)));
const connect = () => new IORedis({ port, host: '127.0.0.1', maxRetriesPerRequest: null });

// What has ended is removed at once: the least that BullMQ can do for a job.
const options = { removeOnComplete: true, removeOnFail: true };
const data = 'x'.repeat(126);
const queue = new Queue('bench', { connection: connect(), defaultJobOptions: options });
await queue.waitUntilReady();

let done = 0;
let running = true;

async function add() {
  while (running) {
    await queue.add('job', data);
    done++;
  }
}

async function addBulk() {
  const jobs = Array.from({ length: batch }, () => ({ name: 'job', data }));
  while (running) {
    await queue.addBulk(jobs);
    done += batch;
  }
}

// More than are likely to be processed.
const enough = 30000 * (warmup + seconds);
async function work() {
  const jobs = Array.from({ length: 1000 }, () => ({ name: 'job', data }));
  for (let added = 0; added < enough; added += jobs.length) await queue.addBulk(jobs);
  const worker = new Worker('bench', async () => {}, { connection: connect(), concurrency: callers, ...options });
  worker.on('completed', () => done++);
  await worker.waitUntilReady();
  return () => worker.close(true);
}

// At a pace that leaves Redis idle between messages.
const perSecond = 50;
const times = [];
async function reach() {
  const handle = async (job) => times.push(performance.now() - Number.parseFloat(job.data));
  const worker = new Worker('bench', handle, { connection: connect(), concurrency: callers, ...options });
  await worker.waitUntilReady();
  const began = performance.now();
  for (let sent = 0; running; await sleep(0.001))
    for (; sent < ((performance.now() - began) / 1000) * perSecond; sent++)
      await queue.add('job', `${performance.now()}`.padEnd(data.length, 'x'));
}

const sleep = (duration) => new Promise((resolve) => setTimeout(resolve, duration * 1000));
const all = (call) => () => Array.from({ length: callers }, call);
const start = { add: all(add), addBulk: all(addBulk), process: work, reach }[job];
await (job === 'process' ? start() : Promise.resolve([start()]));
await sleep(warmup);
const [before, began] = [done, performance.now()];
await sleep(seconds);
const rate = (done - before) / ((performance.now() - began) / 1000);
running = false;
if (job === 'process' && done >= enough) throw new Error(`${enough} jobs were too few: the worker processed them all.`);
// The first third warmed up.
const warm = times.slice(times.length / 3).sort((one, other) => one - other);
console.log(JSON.stringify(job === 'reach' ? { p50: warm[Math.floor(warm.length / 2)] } : { perSecond: rate }));
process.exit(0);
