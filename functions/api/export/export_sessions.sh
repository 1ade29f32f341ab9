#!/bin/sh
# What the Lambda Web Adapter starts (AWS_LAMBDA_EXEC_WRAPPER in the template): a small HTTP server in the function's own machine.
# The layers' Python packages are on no path of a program that Lambda does not start itself.
export PYTHONPATH="${LAMBDA_TASK_ROOT}:/opt/python"
exec python3 -m uvicorn api.export.export_sessions:app --host 127.0.0.1 --port "${AWS_LWA_PORT:-8080}" \
  --lifespan off --no-access-log --log-level warning --timeout-keep-alive 900
