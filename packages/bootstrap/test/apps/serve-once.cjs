/** Serves `GET /users/:id`, asks for it once with the modules it is given, and lets the process end. */
module.exports = function serveOnce(http, express) {
  const app = express();
  app.get('/users/:id', (request, response) => response.end('a user'));
  const server = http.createServer(app).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    http.get({ port, path: '/users/7', agent: false }, (response) => {
      response.resume().on('end', () => {
        server.close();
        process.disconnect?.();
      });
    });
  });
};
