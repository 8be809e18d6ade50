// pg-boss at its best: node pg_boss.mjs install|bulk|single|drain URL N → {"seconds": …}
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(process.cwd() + "/");
const { PgBoss } = require("pg-boss");

const [, , command, url, count] = process.argv;
const jobs = Number(count);
const queue = "empty";
const chunk = 10_000;

// No supervision and no schedules while the clock runs: they are no part of the work.
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false, useListenNotify: command === "drain" });
boss.on("error", (error) => console.error(error));
const options = {
  batchSize: 500, // jobs a fetch, and a completion
  localConcurrency: 2, // as ours, two connections at work; more make it no faster
  burstWhenBatchFull: true, // fetch again at once while batches come back full
  pollingIntervalSeconds: 0.5, // the shortest it takes
};

const commands = {
  install: async () => boss.createQueue(queue, { notify: true }),
  bulk: async () => {
    for (let done = 0; done < jobs; done += chunk) {
      await boss.insert(queue, Array.from({ length: Math.min(chunk, jobs - done) }, () => ({ data: {} })));
    }
  },
  single: async () => {
    for (let done = 0; done < jobs; done += 1) await boss.send(queue, {});
  },
  drain: async () => {
    let handled = 0;
    let tell;
    const all = new Promise((resolve) => (tell = resolve));
    await boss.work(queue, options, async (batch) => {
      handled += batch.length;
      if (handled === jobs) tell();
    });
    await all;
    const left = `select exists (select from pgboss.job where name = '${queue}' and state < 'completed') as left`;
    while ((await boss.getDb().executeSql(left)).rows[0].left);
  },
};

await boss.start();
const began = performance.now();
await commands[command]();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
process.exit(0);
