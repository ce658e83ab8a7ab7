# Prints the functions of Perl texts as PPI has them: a line of JSON for each file of standard input.
use strict;
use warnings;
use PPI;

$| = 1;
while (my $file = <STDIN>) {
    chomp $file;
    my $document = PPI::Document->new($file, readonly => 1);
    my @funcs;
    if ($document) {
        $document->index_locations;
        for my $sub (@{ $document->find('PPI::Statement::Sub') || [] }) {
            my $block = $sub->block or next;
            my $end = $block->finish or next;
            my $name = $sub->name;
            $name =~ s/.*:://;
            $name =~ s/["\\]/\\$&/g;
            push @funcs, sprintf '["%s",%d,%d]', $name, $sub->first_token->location->[0], $end->location->[0];
        }
    }
    printf qq({"file":"%s","broken":%s,"funcs":[%s],"dark":[]}\n), $file, ($document ? 'false' : 'true'), join ',', @funcs;
}
