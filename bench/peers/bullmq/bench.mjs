// BullMQ under load, as a process of its own: node bench.mjs <port> <add|addBulk|process> <callers> <batch> <warmup s> <seconds>
// Writes {"perSecond": n}, messages per second, to standard output.
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

async function work() {
  const jobs = Array.from({ length: 1000 }, () => ({ name: 'job', data }));
  const enough = 30000 * (warmup + seconds);
  for (let added = 0; added < enough; added += jobs.length) await queue.addBulk(jobs);
  const worker = new Worker('bench', async () => {}, { connection: connect(), concurrency: callers, ...options });
  worker.on('completed', () => done++);
  await worker.waitUntilReady();
  return () => worker.close(true);
}

const sleep = (duration) => new Promise((resolve) => setTimeout(resolve, duration * 1000));
const start = { add: () => Array.from({ length: callers }, add), addBulk: () => Array.from({ length: callers }, addBulk), process: work }[job];
await (job === 'process' ? start() : Promise.resolve(start()));
await sleep(warmup);
const [before, began] = [done, performance.now()];
await sleep(seconds);
const perSecond = (done - before) / ((performance.now() - began) / 1000);
running = false;
console.log(JSON.stringify({ perSecond }));
process.exit(0);
