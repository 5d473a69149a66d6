/**
 * A broker that kills itself: the real broker, composed with a store and drivers that count. Given a plan `{ unit, at }`
 * it counts, from then on, the steps of writing units opened for one tenant (`unit: "tenant"`), across them for a
 * caller (`"call"`) or by the broker itself (`"vendor"`). It reports each step to its parent, and dies by `kill -9` at
 * step `at` (0: never). The product contains none of this.
 *
 * A step is the moment before a unit begins, before each writing statement, before and right after its COMMIT,
 * once it is committed, and before the answer is sent. Between two reads nothing can differ.
 *
 * Usage: broker.mjs SECONDS [PLAN]   how far its clock is ahead, and the plan at its start; later plans are sent to it
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Server, ServerResponse } from 'node:http';
import Database from 'better-sqlite3';
import pg from 'pg';
import { readBrokerEnvironment } from '../../../dist/libs/config/src/index.js';
import { startBroker } from '../../../dist/programs/broker.js';

const unitAtHand = new AsyncLocalStorage();
/** Work for a caller, as opposed to the broker's own periodic work. */
const inPost = new AsyncLocalStorage();
const WRITES =
  /^\s*(BEGIN (IMMEDIATE|ISOLATION LEVEL READ COMMITTED)|INSERT|UPDATE|DELETE|COMMIT|SELECT pg_notify)/i;

/** @type {{ unit: string, at: number, count: number } | undefined} */
let armed;

function step(unit, name) {
  if (armed === undefined || armed.unit !== unit) return;
  armed.count += 1;
  if (armed.count === armed.at) process.kill(process.pid, 'SIGKILL');
  process.send({ step: name });
}

const nameOf = (sql) =>
  sql
    .trim()
    .split(/[\s;]+/)
    .slice(0, 3)
    .join(' ')
    .replaceAll('"', '');

/** Runs a statement with the steps before and after it. */
function counted(sql, run) {
  const unit = unitAtHand.getStore();
  if (unit === undefined || !WRITES.test(sql)) return run();
  step(unit, nameOf(sql));
  const done = run();
  if (/^\s*COMMIT/i.test(sql)) step(unit, 'COMMIT sent');
  return done;
}

const query = pg.Client.prototype.query;
pg.Client.prototype.query = function (asked, ...rest) {
  const sql = typeof asked === 'string' ? asked : String(asked?.text);
  return counted(sql, () => query.call(this, asked, ...rest));
};

const prepare = Database.prototype.prepare;
Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  for (const way of ['run', 'all']) {
    const plain = statement[way];
    statement[way] = (...values) => counted(sql, () => plain.apply(statement, values));
  }
  return statement;
};

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, ...args) {
  const isPost = event === 'request' && args[0]?.method === 'POST';
  return isPost ? inPost.run(true, () => emit.call(this, event, ...args)) : emit.call(this, event, ...args);
};

const end = ServerResponse.prototype.end;
ServerResponse.prototype.end = function (...sent) {
  if (this.req?.method === 'POST') for (const unit of ['tenant', 'call']) step(unit, 'answer');
  return end.apply(this, sent);
};

function storeOver(opened) {
  const within = (unit, work) =>
    unitAtHand.run(unit, async () => {
      const result = await work();
      step(unit, 'committed');
      return result;
    });
  const ownUnit = () => (inPost.getStore() ? 'call' : 'vendor');
  const counting = ({ read, write }) => ({
    read,
    ...(write && { write: (work, options) => within(ownUnit(), () => write(work, options)) }),
  });
  const ports = Object.entries(opened).filter(([, port]) => typeof port?.read === 'function');
  return {
    ...Object.fromEntries(ports.map(([name, port]) => [name, counting(port)])),
    // To note when a session was used is one statement that concerns no one else.
    sessionUse: opened.sessionUse,
    deployment: opened.deployment,
    forTenant: (tenant, work, options) => within('tenant', () => opened.forTenant(tenant, work, options)),
    asVendor: (work, options) => within(ownUnit(), () => opened.asVendor(work, options)),
    readForTenant: (slug, work) => opened.readForTenant(slug, work),
    readAsVendor: (work) => opened.readAsVendor(work),
    onCommit: (listener) => opened.onCommit(listener),
    ready: () => opened.ready(),
    close: () => opened.close(),
  };
}

function follow(plan) {
  armed = { ...plan, count: 0 };
  process.send({ armed: true });
}
process.on('message', follow);

const [, , seconds, plan] = process.argv;
if (plan !== undefined) follow(JSON.parse(plan));
await startBroker(readBrokerEnvironment(process.env), {
  clock: { now: () => new Date(Date.now() + Number(seconds) * 1_000) },
  storeOver,
});
