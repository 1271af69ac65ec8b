-- What wrk sends is in a file, and goes out as it is: also what is no request. It checks the first
-- message that it asks for, which is never sent.
-- Arguments: the file. The last line that it prints is what it has measured.

function wrk.init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   local message = file:read("*a")
   file:close()
   local messages = { "GET / HTTP/1.1\r\n\r\n", message }
   wrk.request = function()
      return #messages > 1 and table.remove(messages, 1) or message
   end
end

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      '{"operations":%d,"seconds":%.6f,"p99":%.4f,"failed":%d,"refused":%d}',
      summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
      errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
