-- The ledger of evidence, second part: where booths lie and where each event was recorded.
), located AS (
    -- where nobody's record carries a place (a paper register), place cannot be asked for
    -- where places are finer than eleven metres, whole thousandths of a degree were typed in too
    SELECT count(lat) > 0 AS places,
           coalesce(avg(CASE WHEN lat IS NOT NULL AND lon IS NOT NULL THEN
               CASE WHEN abs(lat * 10000 - round(lat * 10000)) + abs(lon * 10000 - round(lon * 10000)) > 0.005
                    THEN 1.0 ELSE 0.0 END END) > 0.5, FALSE) AS fine
    FROM singles
), wanderers AS (
    -- whose positions lie elsewhere than claimed time and again has no voice in where a booth is
    SELECT aspirant
    FROM singles
    WHERE aspirant IS NOT NULL AND NOT post AND lat IS NOT NULL AND lon IS NOT NULL AND booth_lat IS NOT NULL
      AND booth_lon IS NOT NULL
    GROUP BY aspirant
    HAVING sum(CASE WHEN (lat - booth_lat) * (lat - booth_lat)
                         + (lon - booth_lon) * cos(radians(booth_lat)) * (lon - booth_lon) * cos(radians(booth_lat))
                         > (near_km / 111.195) * (near_km / 111.195) THEN 1 ELSE 0 END)
           >= greatest(5, :astray_share * count(*))
), personal AS (
    -- a booth without coordinates is where most of those who say they were there stood, one voice an aspirant
    SELECT place, aspirant, median(lat) AS lat, median(lon) AS lon
    FROM singles
    WHERE listed_booth AND (booth_lat IS NULL OR booth_lon IS NULL) AND lat IS NOT NULL AND lon IS NOT NULL
      AND aspirant IS NOT NULL AND NOT post AND NOT mock AND aspirant NOT IN (SELECT aspirant FROM wanderers)
    GROUP BY place, aspirant
), learned AS (
    SELECT place, median(lat) AS lat, median(lon) AS lon FROM personal
    GROUP BY place
    HAVING count(*) >= 3 OR (count(*) = 2 AND max(lat) - min(lat) < 0.007 AND max(lon) - min(lon) < 0.007)
), strays AS (
    -- where those stood who were not where the list has the booth; who claims several booths from one spot has no voice
    SELECT place, aspirant, median(lat) AS lat, median(lon) AS lon
    FROM (
        SELECT place, aspirant, lat, lon,
               count(*) OVER (PARTITION BY aspirant, floor(lat * 1000), floor(lon * 1000)) AS there,
               count(*) OVER (PARTITION BY aspirant, place, floor(lat * 1000), floor(lon * 1000)) AS own
        FROM singles
        WHERE aspirant IS NOT NULL AND NOT post AND NOT mock
          AND (lat - booth_lat) * (lat - booth_lat)
              + (lon - booth_lon) * cos(radians(booth_lat)) * (lon - booth_lon) * cos(radians(booth_lat))
              > (near_km / 111.195) * (near_km / 111.195)) s
    WHERE there = own
    GROUP BY place, aspirant
), middles AS (
    SELECT place, median(lat) AS lat, median(lon) AS lon FROM strays GROUP BY place HAVING count(*) >= 3
), agreed AS (
    -- three and more who stood together, and more of them than stood where the list has it
    SELECT m.place, m.lat, m.lon
    FROM middles m JOIN strays s ON s.place = m.place
    GROUP BY m.place, m.lat, m.lon
    HAVING sum(CASE WHEN abs(s.lat - m.lat) < 0.004 AND abs(s.lon - m.lon) < 0.004 THEN 1 ELSE 0 END) >= 3
       AND sum(CASE WHEN abs(s.lat - m.lat) < 0.004 AND abs(s.lon - m.lon) < 0.004 THEN 1 ELSE 0 END) >= 0.6 * count(*)
), listed_votes AS (
    SELECT r.place, count(DISTINCT r.aspirant) AS voices
    FROM singles r JOIN agreed m ON m.place = r.place
    WHERE r.aspirant IS NOT NULL AND NOT r.post AND NOT r.mock
      AND abs(r.lat - r.booth_lat) < 0.004 AND abs(r.lon - r.booth_lon) < 0.004
    GROUP BY r.place
), mended AS (
    SELECT m.place, m.lat, m.lon
    FROM agreed m LEFT JOIN listed_votes v ON v.place = m.place
    WHERE coalesce(v.voices, 0) < 3
), known_booths AS MATERIALIZED (
    SELECT b.seat_id, b.booth_no, hash(b.seat_id, b.booth_no) AS place,
           coalesce(m.lat, CASE WHEN b.lon IS NOT NULL THEN b.lat END, g.lat) AS lat,
           coalesce(m.lon, CASE WHEN b.lat IS NOT NULL THEN b.lon END, g.lon) AS lon
    FROM booth_list b
    LEFT JOIN learned g ON g.place = hash(b.seat_id, b.booth_no)
    LEFT JOIN mended m ON m.place = hash(b.seat_id, b.booth_no)
), placed AS MATERIALIZED (
    SELECT r.event, r.event_id, r.aspirant, r.person, r.seat_id, r.booth_no, r.place, r.unknown_aspirant,
           r.elsewhere, r.post, r.started, r.received, r.lat, r.lon, r.accuracy_m, r.mock, r.rejected, r.questioned,
           r.device, r.hand, r.photo, r.met, r.witness, r.weak, r.booth_lat, r.booth_lon, r.near_km, r.inside,
           r.lat IS NOT NULL AND r.lon IS NOT NULL AS has_place,
           coalesce(abs(r.lat) < 0.01 OR abs(r.lon) < 0.01, FALSE) AS zero_place,
           coalesce(NOT r.inside AND r.turned, FALSE) AS swapped,
           111.195 * sqrt((r.lat - b.lat) * (r.lat - b.lat)
                          + (r.lon - b.lon) * cos(radians(b.lat)) * (r.lon - b.lon) * cos(radians(b.lat))) AS km,
           coalesce(r.event > c.first_event, FALSE) AS copy_of, m.event IS NOT NULL AS moved_copy,
           -- a position that is another event's to the last digit is no evidence against that one, nor of a habit; a
           -- phone that has lost its satellites gives its last place for a while
           coalesce(r.event > x.first_event
                    AND NOT (r.hand = x.hand AND abs(r.started - x.started) <= :fix_hours * 3600000000), FALSE) AS borrowed,
           coalesce(r.event = x.first_event, FALSE) AS lender
    FROM raw r
    LEFT JOIN fixes x ON x.fix = r.fix
    LEFT JOIN known_booths b ON b.place = r.place
    LEFT JOIN repeated c ON c.content = r.content
    LEFT JOIN moved m ON m.event = r.event
), astray AS (
    -- each event looks into its own cell and the eight around it: cells are a little wider than far_km
    SELECT p.event, p.seat_id, p.lat, p.lon, floor(p.lat * 80 / :far_km) + i.step AS y,
           floor(p.lon * 80 / :far_km) + j.step AS x
    FROM placed p
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) i
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) j
    WHERE p.has_place AND NOT p.zero_place AND NOT p.swapped AND coalesce(p.km > p.near_km, p.booth_no <> '')
), around AS (
    SELECT seat_id, booth_no, lat, lon, cos(radians(lat)) AS narrow, floor(lat * 80 / :far_km) AS y,
           floor(lon * 80 / :far_km) AS x
    FROM known_booths WHERE lat IS NOT NULL AND lon IS NOT NULL
), nearest AS (
    SELECT event, arg_min(booth_no, km) AS near_booth, min(km) AS near_booth_km
    FROM (
        SELECT a.event, c.booth_no,
               111.195 * sqrt((a.lat - c.lat) * (a.lat - c.lat)
                              + (a.lon - c.lon) * c.narrow * (a.lon - c.lon) * c.narrow) AS km
        FROM astray a JOIN around c ON c.seat_id = a.seat_id AND c.y = a.y AND c.x = a.x) found
    WHERE km <= :far_km
    GROUP BY event
), desk_spots AS (
    -- one spot, a hundred metres across, from which several booths that are elsewhere were claimed
    SELECT p.aspirant, floor(p.lat * 1000) AS y, floor(p.lon * 1000) AS x, count(DISTINCT p.place) AS spot_booths
    FROM placed p
    WHERE p.aspirant IS NOT NULL AND p.km > :spot_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000 AND NOT p.copy_of
      AND NOT p.borrowed
    GROUP BY p.aspirant, floor(p.lat * 1000), floor(p.lon * 1000)
    HAVING count(DISTINCT p.place) >= :spot_booths
), manners AS MATERIALIZED (
    -- how each phone records: marks that one honest event may bear by chance and a log may not; copies are no more
    -- evidence than what they were copied from
    SELECT hand, min(aspirant) AS aspirant, count(*) AS n,
           sum(CASE WHEN abs(lat - booth_lat) < 0.0000015 AND abs(lon - booth_lon) < 0.0000015 THEN 1 ELSE 0 END)
               AS exact,
           sum(CASE WHEN abs(lat - booth_lat) < 0.000027 AND abs(lon - booth_lon) < 0.00003 THEN 1 ELSE 0 END) AS close,
           sum(CASE WHEN started % 300000000 = 0 AND met > 0 AND met % 5 = 0
                         AND coalesce(accuracy_m = round(accuracy_m), TRUE) THEN 1 ELSE 0 END) AS round,
           sum(CASE WHEN ((started + 19800000000) // 3600000000) % 24 IN (23, 0, 1, 2, 3, 4) THEN 1 ELSE 0 END) AS night,
           count(km) AS told, sum(CASE WHEN km > near_km THEN 1 ELSE 0 END) AS off,
           sum(CASE WHEN km <= near_km THEN CAST(round(km * 1000000) AS BIGINT) END) / 1000000.0 AS way,
           sum(CASE WHEN km <= near_km THEN CAST(round(km * km * 1000000) AS BIGINT) END) / 1000000.0 AS way_2
    FROM placed
    WHERE NOT post AND aspirant IS NOT NULL AND NOT copy_of AND NOT moved_copy
    GROUP BY hand
), usual_way AS (
    -- how far from its booth work lies where positions fit their claims: mean and four standard deviations; fifty
    -- events at least, a few tell nothing of it
    SELECT sum(way) / sum(told - off)
               + 4 * sqrt(greatest(0, sum(way_2) / sum(told - off) - pow(sum(way) / sum(told - off), 2))) AS km
    FROM manners WHERE told > off AND off < :astray_share * told
    HAVING sum(told - off) >= 50
), usual AS (
    SELECT coalesce(median(exact / (n * 1.0)), 0) AS exact, coalesce(median(close / (n * 1.0)), 0) AS close,
           coalesce(median(round / (n * 1.0)), 0) AS round, coalesce(median(night / (n * 1.0)), 0) AS night
    FROM manners
), small_phones AS (
    -- a log spread over many phones is no better than on one: those of a few events each are judged together
    SELECT aspirant FROM manners WHERE told < 10 GROUP BY aspirant
    HAVING sum(off) >= 5 AND sum(off) >= :astray_share * sum(told)
), odd_manners AS (
    SELECT m.hand,
           m.close >= 5 AND m.close > m.n * u.close + 5 * sqrt(m.n * u.close) + 3 AS pasted,
           m.round >= 5 AND m.round > m.n * u.round + 5 * sqrt(m.n * u.round) + 3 AS typed,
           m.off >= 5 AND m.off >= :astray_share * m.told OR k.aspirant IS NOT NULL AS astray
    FROM manners m CROSS JOIN usual u LEFT JOIN small_phones k ON k.aspirant = m.aspirant AND m.told < 10
    WHERE m.close >= 5 OR m.round >= 5 OR m.off >= 5 OR k.aspirant IS NOT NULL
), vouched AS (
    -- at a booth whose place nobody knows, by a phone that is astray: believed where the phone was soon before or after
    -- at another booth near by, as claimed. Junk that is added to an honest log must not take its visits away
    SELECT d.event
    FROM (
        SELECT p.event, p.hand, p.started, p.lat, p.lon,
               p.started // CAST(:chance_hours * 3600000000 AS BIGINT) + i.step AS slot
        FROM placed p JOIN odd_manners q ON q.hand = p.hand
        CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) i
        WHERE q.astray AND p.km IS NULL AND p.has_place AND NOT p.post) d
    JOIN placed s ON s.hand = d.hand AND s.started // CAST(:chance_hours * 3600000000 AS BIGINT) = d.slot
    WHERE s.km <= least(s.near_km, coalesce((SELECT km FROM usual_way), s.near_km)
                                   + least(coalesce(s.accuracy_m, 0), 1000) / 1000)
      AND NOT (s.post OR s.copy_of OR s.moved_copy OR s.mock) AND abs(s.started - d.started) <= :chance_hours * 3600000000
      AND 111.195 * sqrt((s.lat - d.lat) * (s.lat - d.lat)
                         + (s.lon - d.lon) * cos(radians(d.lat)) * (s.lon - d.lon) * cos(radians(d.lat))) <= :chance_km
    GROUP BY d.event
