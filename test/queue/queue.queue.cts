import { Cluster } from './cluster.cts';
import { batchOverTwoWorkers } from './suites/batch.cts';
import { mainRestarted } from './suites/main.cts';
import { powerCut } from './suites/powerCut.cts';
import { redisRestarted } from './suites/redis.cts';
import { workerKilled } from './suites/killed.cts';

const cluster = new Cluster(process.env.N8N_QUEUE_FOLDER!);

beforeAll(async () => await cluster.start(), 400_000);
afterAll(async () => await cluster.stop(), 60_000);

describe('200 items in 20 executions, over two workers', () => batchOverTwoWorkers(cluster));
describe('A worker that is killed', () => workerKilled(cluster));
describe('A power cut', () => powerCut(cluster));
describe('A restart of Redis', () => redisRestarted(cluster));
describe('A restart of the main', () => mainRestarted(cluster));
