// A gateway of another make, the npm package `smpp`: reads the accounts of `ssgctl smpp export --gateway json` from the
// file named first, says its port, and ends when its stdin does.
const fs = require('fs');
const smpp = require('smpp');

const { accounts } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

function verdict(pdu) {
  const account = accounts.find((known) => known.system_id === pdu.system_id);
  if (!account) return smpp.ESME_RINVSYSID;
  if (!account.passwords.some((known) => known.password === pdu.password)) return smpp.ESME_RINVPASWD;
  return account.enabled && account.binding_enabled ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL;
}

const server = smpp.createServer((session) => {
  session.on('bind_transceiver', (pdu) => {
    session.send(pdu.response({ command_status: verdict(pdu), system_id: 'node-smpp' }));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on('error', () => {});
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
