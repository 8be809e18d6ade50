// graphile-worker at its best: node graphile_worker.mjs install|bulk|single|drain URL N → {"seconds": …}
import { EventEmitter, once } from "node:events";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(process.cwd() + "/");
const { Logger, makeWorkerUtils, run } = require("graphile-worker");
const { Pool } = require("pg");

const [, , command, url, count] = process.argv;
const jobs = Number(count);
const quiet = new Logger(() => () => {});
const chunk = 10_000; // below the longest list of one call

// The settings are those of the project's own page on performance.
const worker = {
  connectionString: url,
  concurrentJobs: 24, // its figure for empty jobs
  maxPoolSize: 25, // one more than that, as it asks for
  localQueue: { size: 500 }, // 500 jobs a fetch
  completeJobBatchDelay: 0, // results in batches, at once
  failJobBatchDelay: 0,
};

const commands = {
  install: async (utils) => utils.migrate(),
  bulk: async (utils) => {
    for (let done = 0; done < jobs; done += chunk) {
      const size = Math.min(chunk, jobs - done);
      await utils.addJobs(Array.from({ length: size }, () => ({ identifier: "empty", payload: {} })));
    }
  },
  single: async (utils) => {
    for (let done = 0; done < jobs; done += 1) await utils.addJob("empty", {});
  },
};

async function drain() {
  const pool = new Pool({ connectionString: url, max: 1 });
  await pool.query("select");
  let handled = 0;
  let tell;
  const all = new Promise((resolve) => (tell = resolve));
  const empty = async () => {
    handled += 1;
    if (handled === jobs) tell();
  };
  // Its look at its tables is part of its start, and nobody's start counts.
  const events = new EventEmitter();
  const started = once(events, "pool:create").then(() => performance.now());
  const preset = { worker: { ...worker, logger: quiet } };
  const runner = await run({ taskList: { empty }, noHandleSignals: true, preset, logger: quiet, events });
  const began = await started;
  await all;
  while ((await pool.query("select exists (select from graphile_worker.jobs) as left")).rows[0].left);
  const seconds = (performance.now() - began) / 1000;
  await runner.stop();
  await pool.end();
  return seconds;
}

async function timed(work) {
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  const began = performance.now();
  await work(utils);
  const seconds = (performance.now() - began) / 1000;
  await utils.release();
  return seconds;
}

const seconds = command === "drain" ? await drain() : await timed(commands[command]);
console.log(JSON.stringify({ seconds }));
process.exit(0);
