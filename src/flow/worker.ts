import { parentPort } from 'node:worker_threads';
import { layOut } from './layout.ts';

// Lays the chart out in a thread of its own: meanwhile the service goes on serving.

parentPort?.postMessage(await layOut());
