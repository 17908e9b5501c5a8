// Serves one request of its own by express and ends.
const http = require('node:http');
const express = require('express');

require('./serve-once.cjs')(http, express);
