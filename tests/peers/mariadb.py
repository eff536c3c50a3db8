"""Writes tests/fixtures/traffic/ anew: the tables of Jasmin and Kannel in a real MariaDB, exported in each ordinary way.

Needs Debian's mariadb-server-core and mariadb-client-core. The server runs in a temporary folder on a socket, without a network, and
ends with this script. Run it as `python3 tests/peers/mariadb.py`; it says nothing when all went well.
"""

import csv
import datetime
import decimal
import pathlib
import subprocess
import tempfile
import time

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "traffic"

# The table of Jasmin's example of an SQL logger. `status` is as long as what newer versions write.
JASMIN = """
CREATE TABLE submit_log (msgid VARCHAR(45) PRIMARY KEY, source_connector VARCHAR(15), routed_cid VARCHAR(30),
 source_addr VARCHAR(40), destination_addr VARCHAR(40), rate DECIMAL(12,7), charge DECIMAL(12,7), pdu_count TINYINT(3),
 short_message BLOB, binary_message BLOB, status VARCHAR(40), uid VARCHAR(15), trials TINYINT(4), created_at DATETIME,
 status_at DATETIME) DEFAULT CHARSET=utf8mb4
"""

# The table that sqlbox makes.
KANNEL = """
CREATE TABLE sent_sms (sql_id BIGINT(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, momt ENUM('MO','MT','DLR'), sender VARCHAR(20),
 receiver VARCHAR(20), udhdata BLOB, msgdata TEXT, time BIGINT(20), smsc_id VARCHAR(255), service VARCHAR(255),
 account VARCHAR(255), id BIGINT(20), sms_type BIGINT(20), mclass BIGINT(20), mwi BIGINT(20), coding BIGINT(20),
 compress BIGINT(20), validity BIGINT(20), deferred BIGINT(20), dlr_mask BIGINT(20), dlr_url VARCHAR(255), pid BIGINT(20),
 alt_dcs BIGINT(20), rpi BIGINT(20), charset VARCHAR(255), boxc_id VARCHAR(255), binfo VARCHAR(255), meta_data TEXT)
 DEFAULT CHARSET=utf8mb4
"""


def jasmin(number, text, status, uid, rate, charge, parts):
    """A row as the logger inserts it: text is what the client sent, in GSM 03.38, Latin-1 or UTF-8."""
    at = datetime.datetime(2026, 11, 23, 9, 0, number)
    return [
        f"3f2504e0-4f89-41d3-9a0c-{number:012d}", "smppsapi", "smppc1", "ABC", f"4477009001{number:02d}",
        decimal.Decimal(rate), None if charge is None else decimal.Decimal(charge), parts, text, None, status, uid, 1, at, at,
    ]


JASMIN_ROWS = [
    jasmin(1, b'"Hello, \x00 and caf\xe9', "ESME_ROK", "acme", "0.0000000", None, None),
    jasmin(2, b"between", "CommandStatus.ESME_ROK", "acme", "0.0000000", "0.0000000", 2),
    jasmin(3, b'C:\\new\tone\r\ntwo, bye"', "1", "port", "0.0125000", "0.0125000", 1),
    # A long message that comes by SMPP is one row a segment.
    jasmin(4, b"\x05\x00\x03\x07\x02\x01first", "DELIVRD", "port", "0.0125000", "0.0125000", 1),
    jasmin(5, b"\x05\x00\x03\x07\x02\x02second", "DELIVRD", "port", "0.0125000", "0.0125000", 1),
    jasmin(6, b"", "ESME_RTHROTTLED", "port", "0.0000001", "0.0000001", 1),
]


def kannel(momt, service, account, text, at, mask, reference):
    sender, receiver = ("447700900123", "ABC") if momt == "MO" else ("ABC", "447700900123")
    url = f"http://127.0.0.1/dlr?ref={reference}&status=%d" if reference else None
    return [
        None, momt, sender, receiver, None, text, at, "smsc1", service, account, None, 2, None, None, 0, None, None, None, mask,
        url, None, None, None, "UTF-8", "sqlbox", None, "?orig_msg?dlr_mask=31&" if momt == "DLR" else "?smpp?",
    ]


# A report that comes from the SMSC has the user name at the SMSC in `account`; see what Kannel itself writes, in
# kannel-sqlite.csv. 1795390200 is 23:30 UTC on 22 November 2026: the reports of the first message come on the day after it.
KANNEL_ROWS = [
    kannel("MT", "acme", None, '"Hello,+you%0A', 1795390200, 31, "r-1"),
    kannel("MT", "acme", "port", 'say+"hi"', 1795390260, 31, "r-2"),
    kannel("DLR", "acme", None, "ACK/", 1795390201, 8, "r-1"),
    kannel("MO", "acme", None, "STOP", 1795390300, None, None),
    kannel("MT", "acme", None, "bye\\ \t end\"", 1795390320, 31, "r-3"),
    kannel("DLR", "acme", "kannel", "id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:", 1795393200, 1, "r-1"),
    kannel("DLR", "acme", "kannel", "id:2 sub:001 dlvrd:000 stat:UNDELIV err:001 text:", 1795393260, 2, "r-2"),
    kannel("DLR", "acme", "kannel", "id:9 sub:001 dlvrd:001 stat:DELIVRD err:000 text:", 1795393260, 1, "r-9"),
]


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, decimal.Decimal)):
        return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)
    if isinstance(value, datetime.datetime):
        return f"'{value:%Y-%m-%d %H:%M:%S}'"
    return "x'" + (value if isinstance(value, bytes) else value.encode()).hex() + "'" if value else "''"


def insert(table, rows):
    return "".join(f"INSERT INTO {table} VALUES ({', '.join(map(literal, row))});\n" for row in rows)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data, socket = folder / "data", folder / "socket"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run(["mariadb-install-db", f"--datadir={data}", "--auth-root-authentication-method=normal", "--user=root"], **quiet)
        server = subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", "--user=root",
             f"--secure-file-priv={folder}", f"--pid-file={folder / 'pid'}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            export(folder, socket)
        finally:
            server.terminate()
            server.wait()


def export(folder, socket):
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root"]

    def sql(text, *options):
        return subprocess.run([*client, *options], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout

    for _ in range(300):
        if subprocess.run([*client, "-e", "SELECT 1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            break
        time.sleep(0.1)
    sql("CREATE DATABASE gateway;")
    FIXTURES.mkdir(exist_ok=True)
    tables = [("jasmin", "submit_log", JASMIN, JASMIN_ROWS), ("kannel", "sent_sms", KANNEL, KANNEL_ROWS)]
    for name, table, create, rows in tables:
        sql(f"USE gateway; {create};\n{insert(table, rows)}")
        (FIXTURES / f"{name}-batch.tsv").write_bytes(sql(f"USE gateway; SELECT * FROM {table};", "--batch"))
        header = (FIXTURES / f"{name}-batch.tsv").read_bytes().split(b"\n")[0].replace(b"\t", b",") + b"\n"
        outfile = folder / "outfile"
        sql(f"USE gateway; SELECT * FROM {table} INTO OUTFILE '{outfile}' FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"';")
        # OUTFILE writes no header; operators put one before it.
        (FIXTURES / f"{name}-outfile.csv").write_bytes(header + outfile.read_bytes())
        outfile.unlink()
        if name == "jasmin":
            # What a script with Python's csv module and a MySQL driver writes: Decimal zero as 0E-7, bytes as their repr.
            with (FIXTURES / "jasmin-python.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(header.decode().strip().split(","))
                writer.writerows(rows)


main()
